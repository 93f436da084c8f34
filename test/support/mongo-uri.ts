const PARTS = /^(mongodb(?:\+srv)?):\/\/([^@/?]*@)?([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/

/** Of a connection string, which is no URL when it names several hosts. Throws TypeError. */
function partsOf(uri: string) {
  const [, scheme = '', user = '', hosts, database = '', query = ''] = PARTS.exec(uri) ?? []
  if (hosts === undefined) throw new TypeError('a connection string begins with mongodb:// or mongodb+srv:// and names a host')
  return { scheme, user, hosts, database, options: new URLSearchParams(query) }
}

/** The same hosts, user and options with another database; the user stays one of the database that it was looked up in. */
export function withDatabase(uri: string, name: string): string {
  const { scheme, user, hosts, database, options } = partsOf(uri)
  if (user !== '' && !options.has('authSource')) options.set('authSource', database === '' ? 'admin' : database)
  const query = options.toString()
  return `${scheme}://${user}${hosts}/${name}${query && `?${query}`}`
}

/** Before how many a proxy can stand. */
export type Hosts = 'one host' | 'several hosts'

/** Why no proxy of the tests can stand before it; undefined when one can. */
export function unproxied(uri: string, hosts: Hosts): string | undefined {
  const { scheme, hosts: named, options } = partsOf(uri)
  if (scheme !== 'mongodb') return 'a proxy cannot stand before mongodb+srv://'
  if (['tls', 'ssl'].some((name) => options.get(name) === 'true')) return 'a proxy cannot stand before TLS'
  if (hosts === 'one host' && named.includes(',')) return 'this proxy cannot stand before several hosts'
  return undefined
}

/** Throws TypeError, with the reason. */
export function mustBeProxied(uri: string, hosts: Hosts): void {
  const reason = unproxied(uri, hosts)
  if (reason !== undefined) throw new TypeError(reason)
}
