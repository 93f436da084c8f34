/** A running server sees a change within one second; the tenth is for the timer. */
export const seenByRunningServers = (): Promise<void> => new Promise((seen) => setTimeout(seen, 1_100))
