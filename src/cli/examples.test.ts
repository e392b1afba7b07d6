// The examples load with this build, pass `check --offline`, and say in words what they can't do.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import { checksOf } from './check.ts'

const folder = fileURLToPath(new URL('../../examples', import.meta.url))
const examples = readdirSync(folder).filter((file) => file.endsWith('.config.ts'))

test('there are some', () => expect(examples).toContain('ethereum-aave-v3.config.ts'))

describe.each(examples)('%s', (name) => {
  const file = join(folder, name)
  const text = readFileSync(file, 'utf8')

  test('passes offline, and each gap has its mend', async () => {
    const checks = await checksOf({ config: file, offline: true }, () => undefined)
    expect(checks.filter(({ result }) => result === 'failure')).toEqual([])
    const gaps = checks.filter(({ result }) => result === 'warning')
    expect(gaps.map(({ name: what }) => what)).toContain('revision')
    for (const { mend } of gaps) expect(mend).toBeTruthy()
  })

  test('every address has the capitals of its checksum: a slip of the finger shows', () => {
    const addresses = text.match(/0x[0-9a-fA-F]{40}/g) ?? []
    expect(addresses.length).toBeGreaterThan(0)
    for (const address of addresses) {
      expect(isAddress(address, { strict: true }), address).toBe(true)
      expect(address).not.toBe(address.toLowerCase())
    }
  })

  test('holds no key, and states its gaps', () => {
    expect(text).not.toMatch(/0x[0-9a-fA-F]{64}/)
    expect(text).toMatch(/Gaps, stated:/)
  })
})

test('the mainnet example names the gaps that check finds', async () => {
  const checks = await checksOf({ config: join(folder, 'ethereum-aave-v3.config.ts'), offline: true }, () => undefined)
  const said = checks.filter(({ result }) => result === 'warning').map(({ name }) => name)
  expect(said).toEqual(expect.arrayContaining(['second feeds', 'guard', 'revision']))
})
