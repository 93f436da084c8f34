import { connect } from 'node:net'

/** An answer as it came over the wire; names of headers in lower case. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends each piece as a packet, as no client would, and hears the server out: of the two ends this one never hangs up first. */
export async function say(port: number, ...pieces: readonly string[]): Promise<readonly RawAnswer[]> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  let text = ''
  const over = new Promise<void>((ended) => {
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')))
    for (const end of ['end', 'error']) socket.once(end, ended)
  })
  for (const piece of pieces) {
    await new Promise((sent) => socket.write(piece, 'latin1', sent))
    // A turn of the event loop on each side, so that the server reads one before the other comes.
    for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next))
  }
  await over
  socket.destroy()
  return answersIn(text)
}

function answersIn(text: string): readonly RawAnswer[] {
  if (text === '') return []
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(lines.map((line) => [line.split(':', 1)[0]?.toLowerCase() ?? '', line.replace(/^[^:]*: /, '')]))
  const length = Number(headers['content-length'])
  const rest = text.slice(end + 4)
  return [{ status: Number(first.split(' ', 2)[1]), headers, body: rest.slice(0, length) }, ...answersIn(rest.slice(length))]
}
