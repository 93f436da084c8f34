import { StoreUnavailable } from '../domain/errors.js'
import type { KeyRepository } from '../ports/key-repository.js'

/** Less than a request has. */
const WITHIN_MS = 4_000

/** Lists the keys in time or not at all, however long the store takes: only so what was read last can go on meanwhile. */
export function keysInTime(keys: KeyRepository): KeyRepository {
  return {
    list: () => {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, refuse) => {
        timer = setTimeout(() => refuse(new StoreUnavailable('the keys were not listed in time')), WITHIN_MS)
      })
      return Promise.race([keys.list(), late]).finally(() => clearTimeout(timer))
    },
    add: (key) => keys.add(key),
    retire: (kid, at) => keys.retire(kid, at),
    reseal: (kid, from, to) => keys.reseal(kid, from, to),
  }
}
