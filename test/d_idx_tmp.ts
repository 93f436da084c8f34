import { openDatabase } from '../adapters/sqlite/driver.js'
import { openSqliteStorage } from '../adapters/sqlite/storage.js'
import { anActiveGrant } from './support/builders.js'
import { rmSync } from 'node:fs'
const f='/tmp/d_idx.db'; rmSync(f,{force:true})
const s=await openSqliteStorage(f); await s.maintenance.prepare(); await s.grants.save(anActiveGrant()); await s.maintenance.close()
const db=openDatabase(f)
const cols=db.prepare("select group_concat(name) as n from pragma_table_info('grants') where name<>'id'").get({})!['n']
db.exec(`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i<1000000) INSERT INTO grants (id, ${cols}) SELECT randomblob(16), ${cols} FROM c, (SELECT * FROM grants LIMIT 1)`)
db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
let t=performance.now(); db.exec('ALTER TABLE grants ADD COLUMN channel TEXT'); console.log('col',performance.now()-t)
t=performance.now(); db.exec('CREATE INDEX x1 ON grants (channel)'); console.log('idx null',performance.now()-t)
t=performance.now(); db.exec('CREATE INDEX x2 ON grants (created_at, id)'); console.log('idx',performance.now()-t)
