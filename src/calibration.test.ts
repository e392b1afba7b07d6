import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FEED } from '../test/builders.ts'
import { CALIBRATION_FORMAT, calibration } from './calibration.ts'
import { type ConfigInput, defineConfig } from './config.ts'
import { thresholdKey } from './core/calibration.ts'
import { canonical, canonicalHash } from './core/canonical.ts'
import { chainlinkFeeds, oracleJump } from './index.ts'
import { rulesOf } from './rules.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-calibration-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const threshold = { perSigma: 12.5, lower: 0.03, upper: 0.2 }
const series = [
  { measure: 'oracle-jump', subject: FEED, threshold: { ...threshold, perSigmaLow: 11, perSigmaHigh: null } },
  { measure: 'outflow-rate', subject: 'x', threshold: null, why: '3 values' },
  { measure: 'price-move', subject: 'ETH', threshold },
]
function written(over: object = {}, change: (text: string) => string = (text) => text): string {
  const body = { format: CALIBRATION_FORMAT, chainId: 1, series, joint: [], ...over }
  const path = join(folder, 'calibration.json')
  writeFileSync(path, change(canonical({ ...body, hash: canonicalHash(body) })))
  return path
}
const config = (over: Partial<ConfigInput> = {}) =>
  defineConfig({
    chain: { id: 1, fromBlock: 7 },
    nodes: [{ id: 'a', rpc: 'http://127.0.0.1:8545', dataDir: 'a' }],
    watch: [chainlinkFeeds({ chainId: 1, feeds: [{ name: 'X', proxy: FEED }] })],
    detectors: [oracleJump()],
    ...over,
  })

describe('calibration()', () => {
  test('gives the thresholds of detectors, and leaves out what has none', () => {
    const { chainId, thresholds, hash } = calibration(written())
    expect(chainId).toBe(1)
    expect([...thresholds]).toEqual([[thresholdKey('oracle-jump', FEED), threshold]])
    expect(hash).toMatch(/^0x[0-9a-f]{64}$/)
  })

  test('a number that somebody changed is refused, with both hashes', () => {
    const edited = written({}, (text) => text.replace('12.5', '99.5'))
    expect(() => calibration(edited)).toThrow(
      /hash: got "0x[0-9a-f]{64}"; want 0x[0-9a-f]{64}, the hash of what the file says: it was changed/,
    )
  })

  test('what is no calibration is refused by name: the file, its format, its chain, its bounds', () => {
    expect(() => calibration(join(folder, 'none.json'))).toThrow('none.json")')
    expect(() => calibration(written({ format: 'other' }))).toThrow(`want "${CALIBRATION_FORMAT}"`)
    expect(() => calibration(written({ chainId: null }))).toThrow('want a chain: made by `firebreak calibrate --config FILE`')
    const turned = [{ measure: 'oracle-jump', subject: FEED, threshold: { perSigma: 1, lower: 2, upper: 1 } }]
    expect(() => calibration(written({ series: turned }))).toThrow('want bounds in rising order')
  })

  test('a joint tail whose table is not as large as its variables say is refused', () => {
    const variable = {
      ...{ kind: 'price-fall', subject: FEED, sigma: 1, sigmaLow: 1, sigmaHigh: 1, threshold: 1, share: 0.1, values: 9 },
      ...{ xi: 0, scale: 1, excesses: 9, quantiles: [] },
    }
    const table = { grid: [0.1, 1], pairs: [[[0, 0, 0]], [[0, 0, 0, 0]], [[0, 0, 0, 0]]], triple: null }
    const joint = [{ market: 'm', horizonBlocks: 300, variables: [variable, variable], table }]
    expect(() => calibration(written({ joint }))).toThrow('want a table of 2 variables on 2 probabilities')
  })
})

describe('a config with a calibration', () => {
  test('of another chain is refused, with both', () => {
    const other = calibration(written({ chainId: 10 }))
    expect(() => config({ calibration: other })).toThrow(
      'config.calibration: got "made for chain 10"; want chain 1, as config.chain.id says',
    )
    expect(() => config({ calibration: 'calibration.json' as never })).toThrow("want what calibration('FILE') returns")
  })

  test('its hash is part of the rules, and without one the rules are as they were', () => {
    const plain = rulesOf(config())
    const one = rulesOf(config({ calibration: calibration(written()) }))
    const two = rulesOf(config({ calibration: calibration(written({ note: 'other' })) }))
    expect(new Set([plain.rulesHash, one.rulesHash, two.rulesHash]).size).toBe(3)
    expect(rulesOf(config({ calibration: undefined })).rulesHash).toBe(plain.rulesHash)
    expect(plain).not.toHaveProperty('calibration')
  })
})
