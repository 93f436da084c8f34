/* global process, Mongo */
// For mongosh: makes the replica set and the user of Portcullis with the roles that it needs, each unless it is there.
const { MONGO_ROOT_PASSWORD, MONGO_PASSWORD } = process.env
const members = ['mongo1:27017', 'mongo2:27017', 'mongo3:27017']

const first = new Mongo(`mongodb://root:${encodeURIComponent(MONGO_ROOT_PASSWORD)}@${members[0]}/?directConnection=true`)
try {
  first.getDB('admin').runCommand({ replSetGetStatus: 1 })
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error
  const config = { _id: 'portcullis', members: members.map((host, _id) => ({ _id, host })) }
  first.getDB('admin').runCommand({ replSetInitiate: config })
}

// Waits for a primary, which it finds by itself.
const all = new Mongo(
  `mongodb://root:${encodeURIComponent(MONGO_ROOT_PASSWORD)}@${members.join()}/?replicaSet=portcullis&serverSelectionTimeoutMS=60000`,
)
const database = all.getDB('portcullis')
// The second for `portcullis store prepare`: readWrite does not include collMod.
const roles = ['readWrite', 'dbAdmin'].map((role) => ({ role, db: 'portcullis' }))
if (database.getUser('portcullis') === null) database.createUser({ user: 'portcullis', pwd: MONGO_PASSWORD, roles })
else database.grantRolesToUser('portcullis', roles)
