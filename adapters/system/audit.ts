import type { Logger } from 'pino'
import type { AuditEvent, Source } from '../../domain/audit.js'
import type { AuditLog } from '../../ports/audit-log.js'

/** One JSON line at `info` for each event. */
export class PinoAuditLog implements AuditLog {
  readonly #logger: Pick<Logger, 'info'>

  constructor(logger: Pick<Logger, 'info'>) {
    this.#logger = logger
  }

  record(event: AuditEvent, source: Source): void {
    // Named one by one, so that nothing that somebody adds to an event gets into the log by accident.
    const { event: name, outcome, client_id, user_id, grant_id, reason } = event
    const { requestId: request_id, address } = source
    try {
      this.#logger.info({ event: name, request_id, client_id, user_id, grant_id, address, outcome, reason })
    } catch {
      // What was asked for succeeds or fails on its own; the log is not part of it.
    }
  }
}
