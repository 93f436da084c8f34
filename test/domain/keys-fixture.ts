import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { NodeTokenSigner } from '../../adapters/system/signer.js'
import type { AuditEvent } from '../../domain/audit.js'
import { KeyAdministration } from '../../domain/key-administration.js'
import { KeyRing } from '../../domain/key-ring.js'
import type { Storage } from '../../ports/storage.js'
import { MINUTE, NOW } from '../support/builders.js'

const TTL = 10 * MINUTE
export const [OLD, FRESH] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]

/** Keys over one store, of which each of `processes` has its own view. */
export function aKeyRoom({
  storage = openMemoryStorage(),
  secrets = [OLD],
  start = NOW,
}: { storage?: Storage; secrets?: Buffer[]; start?: Date } = {}) {
  let now = start
  const clock = { now: () => now }
  const events: AuditEvent[] = []
  const audit = { record: (event: AuditEvent) => void events.push(event) }
  const made = { keys: storage.keys, signer: new NodeTokenSigner(), secrets: new SystemSecrets(secrets), clock }
  const aProcess = () => ({
    keeping: new KeyAdministration({ ...made, users: storage.users, audit }, TTL),
    ring: new KeyRing(made, TTL),
  })
  const pass = (ms: number) => void (now = new Date(now.getTime() + ms))
  return { storage, events, pass, aProcess, ...aProcess() }
}
