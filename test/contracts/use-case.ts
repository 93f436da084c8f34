import type { House } from './house.js'

/** Something that the domain does in one or more writes, and what must hold when its process dies at one of them. */
export interface UseCase<Setting> {
  /** How many there are, at least. */
  readonly writes: number
  readonly arrange: (house: House) => Promise<Setting>
  readonly run: (house: House, setting: Setting) => Promise<unknown>
  /** What holds in the next process when `happened` of the writes did. */
  readonly survives: (house: House, setting: Setting, happened: number) => Promise<void>
  /** What holds once it ran again to its end. */
  readonly completes: (house: House, setting: Setting) => Promise<void>
}
