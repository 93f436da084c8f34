import { BSON, type Document } from 'mongodb'

const HEADER = 16
const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013
const MORE_TO_COME = 2
/** The most that a server of any version takes in one message. */
const LARGEST = 48_000_000

/** One message of the wire protocol, whole. */
export interface Message {
  readonly bytes: Buffer
  readonly id: number
  /** The id of the message that this one answers; 0 in a command. */
  readonly answers: number
  /** In a command: no answer is expected. In a reply: another one follows without a command (an exhaust cursor, a streamed hello). */
  readonly hasMoreToCome: boolean
}

/** Cuts a stream into messages. Throws a RangeError for bytes that are none. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): readonly Message[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const messages: Message[] = []
    while (this.#rest.length >= HEADER) {
      const length = this.#rest.readInt32LE(0)
      if (length < HEADER || length > LARGEST) throw new RangeError(`no message has ${length.toString()} bytes`)
      if (this.#rest.length < length) break
      messages.push(toMessage(this.#rest.subarray(0, length)))
      this.#rest = this.#rest.subarray(length)
    }
    return messages
  }
}

const toMessage = (bytes: Buffer): Message => ({
  bytes,
  id: bytes.readInt32LE(4),
  answers: bytes.readInt32LE(8),
  hasMoreToCome: bytes.readInt32LE(12) === OP_MSG && (bytes.readUInt32LE(HEADER) & MORE_TO_COME) !== 0,
})

/** The command that a client sends, as OP_MSG or, for the first hello, as OP_QUERY. Throws a TypeError for anything else (compression, TLS). */
export function commandOf({ bytes }: Message): Document {
  const opCode = bytes.readInt32LE(12)
  if (opCode === OP_MSG) return BSON.deserialize(bodyOf(bytes))
  if (opCode !== OP_QUERY) throw new TypeError(`the proxy does not understand messages of the kind ${opCode.toString()}`)
  const afterName = bytes.indexOf(0, HEADER + 4) + 1
  return documentAt(bytes, afterName + 8)
}

/** The one section of kind 0; sections of kind 1 hold documents alone and may stand before it. */
function bodyOf(bytes: Buffer): Buffer {
  let at = HEADER + 4
  while (bytes[at] === 1) at += 1 + bytes.readInt32LE(at + 1)
  if (bytes[at] !== 0) throw new TypeError('a message without a body')
  return bytes.subarray(at + 1, at + 1 + bytes.readInt32LE(at + 1))
}

const documentAt = (bytes: Buffer, at: number): Document => BSON.deserialize(bytes.subarray(at, at + bytes.readInt32LE(at)))

/** A reply of the kind that the command asked for. */
export function replyTo(command: Message, body: Document): Buffer {
  const document = BSON.serialize(body)
  if (command.bytes.readInt32LE(12) === OP_QUERY) {
    const fields = Buffer.alloc(20)
    fields.writeInt32LE(1, 16)
    return framed(command.id, OP_REPLY, [fields, document])
  }
  return framed(command.id, OP_MSG, [Buffer.alloc(5), document])
}

function framed(answers: number, opCode: number, parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER)
  header.writeInt32LE(HEADER + parts.reduce((sum, { length }) => sum + length, 0), 0)
  header.writeInt32LE(answers, 8)
  header.writeInt32LE(opCode, 12)
  return Buffer.concat([header, ...parts])
}
