export interface Clock {
  /** The present, to the millisecond. May step. */
  now(): Date
}
