import { MongoClient, type MongoClientOptions } from 'mongodb'
import { StoreUnavailable } from '../../domain/errors.js'

const DEFAULT_DATABASE = 'portcullis'
const DEFAULT_POOL = 100

/** What a URI asks for: a client that is not connected yet, its database, and a name without credentials for messages. */
export interface Addressed {
  readonly client: MongoClient
  readonly database: string
  readonly address: string
}

/** Throws StoreUnavailable, without the credentials, for a URI that the driver does not understand. */
export function addressed(uri: string, options: MongoClientOptions): Addressed {
  try {
    const { maxPoolSize } = new MongoClient(uri).options
    // 0 would mean without limit.
    const client = new MongoClient(uri, { ...options, maxPoolSize: maxPoolSize > 0 ? maxPoolSize : DEFAULT_POOL })
    const database = databaseOf(uri)
    client.db(database)
    return { client, database, address: addressOf(client, database) }
  } catch (error) {
    throw new StoreUnavailable(`the address of the store cannot be used: ${problemOf(uri)}`, { cause: withoutMessage(error) })
  }
}

/** The database in the path; the driver would take `test` for none. */
function databaseOf(uri: string): string {
  const [, path = ''] = /^[a-z+]+:\/\/(?:[^/?]*@)?[^/?@]*\/([^?]*)/.exec(uri) ?? []
  const name = decodeURIComponent(path)
  if (/[\s/\\."$*<>:|?\0]/.test(name) || name.length > 63) throw new Error('the name of the database is not one that MongoDB allows')
  return name || DEFAULT_DATABASE
}

function addressOf(client: MongoClient, database: string): string {
  const { srvHost, hosts } = client.options
  return srvHost === undefined
    ? `mongodb://${hosts.map((host) => host.toString()).join(',')}/${database}`
    : `mongodb+srv://${srvHost}/${database}`
}

/** The driver's own words about the URI without its credentials: its words about the whole one may repeat them. */
function problemOf(uri: string): string {
  const bare = uri.replace(/^([a-z+]+:\/\/).*@/s, '$1')
  if (/(?:password|secret|token|key|properties)/i.test(bare)) return 'it is malformed, or an option in it is'
  // The driver would repeat it, and what stands there may be a password whose @host was forgotten.
  const [, hosts = ''] = /^[a-z+]+:\/\/([^/?]*)/.exec(bare) ?? []
  if (hosts.split(',').some((host) => !/^(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/.test(host)))
    return 'a port in it is no number, or the host is missing'
  try {
    new MongoClient(bare).db(databaseOf(bare))
  } catch (error) {
    return error instanceof Error ? error.message : 'it is malformed'
  }
  return 'its user name or password is malformed; special characters in them are percent-encoded'
}

/** The kind of the error: whoever prints causes must not print credentials. */
const withoutMessage = (error: unknown): Error => new Error(error instanceof Error ? error.name : 'unknown')
