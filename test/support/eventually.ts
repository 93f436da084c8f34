import { setTimeout as wait } from 'node:timers/promises'

/** What `read` answers once it is so; when it never is, what it answered last. */
export async function eventually<Seen>(read: () => Promise<Seen>, isSo: (seen: Seen) => boolean, patienceMs = 10_000): Promise<Seen> {
  const end = performance.now() + patienceMs
  for (;;) {
    const seen = await read()
    if (isSo(seen) || performance.now() > end) return seen
    await wait(20)
  }
}
