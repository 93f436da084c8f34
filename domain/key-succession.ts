import { CLOCK_LEEWAY_MS } from './grant.js'
import type { SigningKey } from './signing-key.js'

/** A key with its times as numbers, none of them in the future that the clock of another process has seen. */
interface Reign {
  readonly key: SigningKey
  readonly createdAt: number
  readonly retiredAt: number
  /** When it begins to sign. */
  readonly from: number
}

/** The one that signs at `at`: the newest whose time has come; as long as there is none, the oldest. */
export const activeKey = (keys: readonly SigningKey[], at: Date): SigningKey | undefined =>
  reigningAt(reignsOf(keys, at.getTime()), at.getTime())?.key

/** Those that a token may be verified with: not withdrawn, and not older than all that signed since the last token that could still live. */
export function publishedKeys(keys: readonly SigningKey[], at: Date, tokenTtlMs: number): readonly SigningKey[] {
  const reigns = reignsOf(keys, at.getTime())
  const since = at.getTime() - tokenTtlMs - CLOCK_LEEWAY_MS
  const changes = reigns.flatMap(({ createdAt, retiredAt, from }) => [createdAt, retiredAt, from])
  const moments = [since, ...changes.filter((moment) => moment > since && moment < at.getTime()), at.getTime()]
  const oldest = Math.min(...moments.map((moment) => reigningAt(reigns, moment)?.key.ordinal ?? Infinity))
  return keys.filter((key) => key.retiredAt === undefined && key.ordinal >= oldest)
}

const byAge = (reigns: readonly Reign[]): readonly Reign[] => reigns.toSorted((a, b) => a.key.ordinal - b.key.ordinal)

const isThere = ({ createdAt, retiredAt }: Reign, at: number): boolean => createdAt <= at && at < retiredAt

const reigningAt = (reigns: readonly Reign[], at: number): Reign | undefined =>
  foremost(
    reigns.filter((reign) => isThere(reign, at)),
    at,
  )

function foremost(there: readonly Reign[], at: number): Reign | undefined {
  const all = byAge(there)
  return all.findLast(({ from }) => from <= at) ?? all[0]
}

/** With the key that signed withdrawn, the newest that was there then signs at once: its time has come. */
function reignsOf(keys: readonly SigningKey[], now: number): readonly Reign[] {
  let reigns: readonly Reign[] = keys.map((key) => ({
    key,
    createdAt: Math.min(key.createdAt.getTime(), now),
    retiredAt: key.retiredAt === undefined ? Infinity : Math.min(key.retiredAt.getTime(), now),
    from: key.signsFrom.getTime(),
  }))
  for (const { key, retiredAt } of reigns.filter((reign) => reign.retiredAt < Infinity).toSorted((a, b) => a.retiredAt - b.retiredAt)) {
    const there = reigns.filter((reign) => reign.key === key || isThere(reign, retiredAt))
    if (foremost(there, retiredAt)?.key !== key) continue
    const heir = byAge(there).findLast((reign) => reign.key !== key)
    reigns = reigns.map((reign) => (reign === heir ? { ...reign, from: Math.min(reign.from, retiredAt) } : reign))
  }
  return reigns
}
