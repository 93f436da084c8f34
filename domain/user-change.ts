import type { UserId } from './ids.js'
import type { SecondFactor } from './second-factor.js'
import { SECURITY_EVENTS_KEPT, type SecurityEvent } from './security-event.js'
import type { User } from './user.js'

/** What an operator or the person may change. `undefined` leaves a field as it is. */
export interface UserChange {
  readonly name?: string
  readonly email?: string
  readonly passwordHash?: string
  /** Sets disabledAt, or clears it with `null`. */
  readonly disabledAt?: Date | null
  /** Ends all sessions: sessionEpoch grows by one. */
  readonly endSessions?: boolean
  /** Ends all codes that are on their way: withdrawalEpoch grows by one. */
  readonly endCodes?: boolean
  /** Ends all grants: grantEpoch grows by one. */
  readonly endGrants?: boolean
  /** Sets the second factor as a whole, or takes it away with `null`. */
  readonly secondFactor?: SecondFactor | null
}

/** What must still be so when a change is made. */
export interface UserCondition {
  readonly passwordHash?: string
  readonly sessionEpoch?: number
  /** The sealed secret of the second factor, or `null` for none. */
  readonly sealedSecret?: string | null
}

export const meets = ({ passwordHash, sessionEpoch, secondFactor }: User, condition: UserCondition): boolean =>
  (condition.passwordHash === undefined || condition.passwordHash === passwordHash) &&
  (condition.sessionEpoch === undefined || condition.sessionEpoch === sessionEpoch) &&
  (condition.sealedSecret === undefined || condition.sealedSecret === (secondFactor?.sealedSecret ?? null))

export function changedUser(user: User, change: UserChange): User {
  const { name, email, passwordHash, endSessions, endGrants, endCodes } = change
  const { disabledAt: wasDisabledAt, secondFactor: before, ...kept } = user
  const disabledAt = change.disabledAt === undefined ? wasDisabledAt : (change.disabledAt ?? undefined)
  const secondFactor = change.secondFactor === undefined ? before : (change.secondFactor ?? undefined)
  return {
    ...kept,
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(passwordHash !== undefined && { passwordHash }),
    ...(disabledAt !== undefined && { disabledAt }),
    ...(secondFactor !== undefined && { secondFactor }),
    sessionEpoch: user.sessionEpoch + (endSessions === true ? 1 : 0),
    grantEpoch: user.grantEpoch + (endGrants === true ? 1 : 0),
    withdrawalEpoch: user.withdrawalEpoch + (endCodes === true ? 1 : 0),
  }
}

/** With the event, and the newest of the others. */
export const noted = (user: User, event: SecurityEvent): User => ({ ...user, events: [...user.events, event].slice(-SECURITY_EVENTS_KEPT) })

/** A change of the second factor that is there; undefined when it cannot be made. */
export type FactorChange = (factor: SecondFactor) => SecondFactor | undefined

export const acceptedStep =
  (step: number): FactorChange =>
  (factor) =>
    factor.lastStep < step ? { ...factor, lastStep: step } : undefined

export const spentRecoveryCode =
  (code: string): FactorChange =>
  (factor) => {
    const recoveryCodes = factor.recoveryCodes.filter((left) => left !== code)
    return recoveryCodes.length < factor.recoveryCodes.length ? { ...factor, recoveryCodes } : undefined
  }

export const renewedRecoveryCodes =
  (from: string, recoveryCodes: readonly string[]): FactorChange =>
  (factor) =>
    factor.sealedSecret === from ? { ...factor, recoveryCodes } : undefined

export const resealed =
  (from: string, to: string): FactorChange =>
  (factor) =>
    factor.sealedSecret === from ? { ...factor, sealedSecret: to } : undefined

/** The person with the second factor changed; undefined when there is none, or the change cannot be made. */
export function changedFactor(user: User | undefined, change: FactorChange): User | undefined {
  const secondFactor = user?.secondFactor && change(user.secondFactor)
  return user && secondFactor && { ...user, secondFactor }
}

/** What a UserRepository does to second factors, for a store that can make any such change atomically. */
export const factorMethods = (change: (id: UserId, change: FactorChange) => Promise<boolean>) => ({
  acceptStep: (id: UserId, step: number) => change(id, acceptedStep(step)),
  spendRecoveryCode: (id: UserId, code: string) => change(id, spentRecoveryCode(code)),
  renewRecoveryCodes: (id: UserId, from: string, codes: readonly string[]) => change(id, renewedRecoveryCodes(from, codes)),
  resealSecondFactor: (id: UserId, from: string, to: string) => change(id, resealed(from, to)),
})
