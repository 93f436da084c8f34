import type { Resource } from '../../domain/resource.js'
import type { ResourceRepository } from '../../ports/resource-repository.js'
import { insertInto, json, strings, text } from './columns.js'
import type { Connection } from './connection.js'

const INSERT = insertInto('resources', ['uri', 'name', 'scopes'])

export class SqliteResourceRepository implements ResourceRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async list(): Promise<readonly Resource[]> {
    const rows = await this.#store.read(() => this.#store.all('SELECT * FROM resources ORDER BY uri'))
    return rows.map((row) => ({ uri: text(row, 'uri'), name: text(row, 'name'), scopes: strings(row, 'scopes') }))
  }

  async add({ uri, name, scopes }: Resource): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run(INSERT, { uri, name, scopes: json(scopes) }))) === 1
  }

  async remove(uri: string): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run('DELETE FROM resources WHERE uri = :uri', { uri }))) === 1
  }
}
