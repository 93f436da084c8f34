import type { Aggregate } from '../domain/records.js'

/** How far one kind of record has come; told after each batch. */
export interface MoveProgress {
  readonly step: 'comparing' | 'copying' | 'verifying'
  readonly aggregate: Aggregate
  readonly done: number
  /** As it was counted before the step began: a store in use may get past it. */
  readonly total: number
  /** Put into the destination so far, by this run. */
  readonly written: number
}

/** What was moved, proved by reading both stores afresh. */
export interface Moved {
  /** Records that this run put into the destination: those that it lacked or held otherwise. */
  readonly copied: Readonly<Record<Aggregate, number>>
  /** Records in each of the two stores that have not expired. */
  readonly rows: Readonly<Record<Aggregate, number>>
  /** The same for both, whatever their order: the sum of the SHA-256 of each record, modulo 2^256, as 64 hexadecimal digits. */
  readonly checksums: Readonly<Record<Aggregate, string>>
}

/** From one store to another of any kind. */
export interface ForMovingStores {
  /**
   * Makes the destination hold what the source holds and what has not expired; ended records too, sealed values as they are. May be interrupted at any
   * moment and called again: it goes on where it stopped. An empty destination is prepared first.
   * Throws StoreUnavailable for a store that does not answer or lacks its schema; InvalidInput for a destination that holds what the source
   * does not, or a later state of something (then nothing is written), and for stores that differ in the end because one of them changed meanwhile.
   */
  move(tell: (progress: MoveProgress) => void): Promise<Moved>
}
