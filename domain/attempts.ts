/** What is counted together, for as long as one window lasts: the attempts at one account, or those from one network. */
export interface Attempts {
  /** A keyed digest, so that a store does not tell which names were tried. 43 characters of base64url. */
  readonly key: string
  readonly count: number
  /** The end of the window: when a store may forget it. */
  readonly until: Date
}
