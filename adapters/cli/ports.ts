import type { Clock } from '../../ports/clock.js'
import type { ForAdministering } from '../../ports/for-administering.js'
import type { ForKeepingKeys } from '../../ports/for-keeping-keys.js'
import type { ForMovingStores } from '../../ports/for-moving-stores.js'
import type { StoreMaintenance } from '../../ports/store-maintenance.js'

/** What the command line talks through. */
export interface CliIo {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** Whether a person sits at both stdin and stdout. */
  readonly isTerminal: boolean
}

/** What a command drives once settings and store are open. */
export interface CliPorts {
  readonly administering: ForAdministering
  readonly keepingKeys: ForKeepingKeys
  readonly maintenance: StoreMaintenance
  readonly clock: Clock
  /** What STORE names, without its password. */
  readonly describeStore: string
  close(): Promise<void>
}

/** What moving drives once both stores are open. */
export interface MovingPorts {
  readonly moving: ForMovingStores
  /** What the two are named, without their passwords. */
  readonly describe: { readonly from: string; readonly to: string }
  readonly clock: Clock
  close(): Promise<void>
}

export interface CliEntrances {
  /** Called by commands that need it alone, so that help and usage errors need neither settings nor store. Throws SettingsError or StoreUnavailable. */
  open(): Promise<CliPorts>
  /** Opens two stores, named as in STORE. Throws SettingsError for names that cannot be used, or StoreUnavailable. */
  openBoth(from: string, to: string): Promise<MovingPorts>
  /** Resolves when the server has stopped. Throws SettingsError or StoreUnavailable. */
  serve(): Promise<unknown>
}
