// `mocha` runs every test/**/*.test.ts; `mocha test/domain` or `mocha test/flows/token.test.ts` runs what is named.
module.exports = {
  'node-option': ['import=tsx'],
  extension: ['.test.ts'],
  recursive: true,
  timeout: 20_000,
  reporter: 'spec',
  failZero: true,
  forbidOnly: process.env.CI === 'true',
}
