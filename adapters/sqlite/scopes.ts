import type { Scope } from '../../domain/scope.js'
import type { ScopeRepository } from '../../ports/scope-repository.js'
import { insertInto, replaceIn, text } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'

const COLUMNS = ['name', 'description'] as const
const INSERT = insertInto('scopes', COLUMNS)
const REPLACE = replaceIn('scopes', COLUMNS, 'name')

export class SqliteScopeRepository implements ScopeRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async list(): Promise<readonly Scope[]> {
    const rows = await this.#store.read(() => this.#store.all('SELECT * FROM scopes ORDER BY name'))
    return rows.map((row) => ({ name: text(row, 'name'), description: text(row, 'description') }))
  }

  async add(scope: Scope): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run(INSERT, rowOfScope(scope)))) === 1
  }

  async replace(scope: Scope): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run(REPLACE, rowOfScope(scope)))) === 1
  }

  async remove(name: string): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run('DELETE FROM scopes WHERE name = :name', { name }))) === 1
  }
}

const rowOfScope = ({ name, description }: Scope): Record<(typeof COLUMNS)[number], Row[string]> => ({ name, description })
