// `firebreak check` on a real Aave v3.0 with a real Guard: each thing that is wrong has its row, and nothing else does.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeFunctionData, parseAbi } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Anvil, CHAIN_ID, startAnvil } from '../../lab/anvil.ts'
import { type PreparedState, preparedState } from '../../lab/prepared.ts'
import { between, type Twist } from '../../test/support/between.ts'
import { poolOfRevision7 } from '../../test/support/other-pool.ts'
import { secondGuard, sendAs } from '../../test/support/second-guard.ts'
import type { Hex } from '../core/flow.ts'
import { hashOf } from '../record/record.builders.ts'
import { openRecord } from '../record/record.ts'
import { checksOf } from './check.ts'
import type { Check } from './check-list.ts'
import { readChain } from './init-read.ts'
import { configText } from './init-write.ts'
import { lookAt } from './look.ts'

const ACL = parseAbi(['function removeRiskAdmin(address)', 'function addPoolAdmin(address)'])
const GUARD = parseAbi(['function disarm()', 'function retireEntry(bytes32)'])

let prepared: PreparedState
let anvil: Anvil
let folder: string
/** What `init` writes for the prepared market, with the key of the first node. */
let text: string
let keyFile: string
let files = 0
beforeAll(async () => {
  prepared = await preparedState({ log: (line) => console.log(line) })
  anvil = await startAnvil({ genesisTimeS: prepared.genesisTimeS, stateFile: prepared.stateFile })
  folder = mkdtempSync(join(tmpdir(), 'firebreak-check-'))
  const { pool, guard, nodes } = prepared.deployment
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, nodes[0]?.privateKey ?? '', { mode: 0o600 })
  text = (await written(pool.toLowerCase() as Hex, guard.toLowerCase() as Hex))
    .replace(/\/\/ key: .*/, `key: { file: '${keyFile}' },`)
    .replace("dataDir: '.firebreak'", `dataDir: '${join(folder, 'data')}'`)
})
afterAll(async () => {
  await anvil.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function written(pool: Hex, guard: Hex): Promise<string> {
  const look = await lookAt(anvil.url)
  try {
    const found = await readChain(look, { pool, guard }, () => undefined)
    return configText(found, anvil.url, 'x.config.ts')
  } finally {
    look.close()
  }
}
/** Everything that is not right about a config, but that the lab's chain stands still, its lonely feeds and its steward's one key. */
async function wrong(config: string, options: { readonly rpc?: string; readonly offline?: boolean } = {}): Promise<readonly Check[]> {
  const checks = await all(config, options)
  const steward = prepared.deployment.riskSteward.toLowerCase()
  const usual = new RegExp(`does not push new blocks|newest block is|^none for .* / USD|RISK_ADMIN .* one key is enough: ${steward} [^,]*$`)
  return checks.filter(({ result, about }) => result !== 'ok' && !usual.test(about))
}
async function all(config: string, { rpc = anvil.url, offline = false }: { readonly rpc?: string; readonly offline?: boolean }) {
  const file = join(folder, `c${files++}.config.ts`)
  writeFileSync(file, config.replaceAll(anvil.url, rpc))
  return checksOf({ config: file, offline }, () => undefined)
}
const through = async <T>(twist: Twist, work: (url: string) => Promise<T>): Promise<T> => {
  const proxy = await between(anvil.url, twist)
  try {
    return await work(proxy.url)
  } finally {
    await proxy.close()
  }
}
const aside = async <T>(work: () => Promise<T>): Promise<T> => {
  const snapshot = await anvil.rpc.call('evm_snapshot')
  try {
    return await work()
  } finally {
    await anvil.rpc.call('evm_revert', [snapshot])
  }
}
const hashes = (n: number) => ({ hash: hashOf(n), parentHash: hashOf(n - 1) })
const named = (checks: readonly Check[], name: string) => checks.filter((one) => one.name === name)

test('quiet: the config that init writes, with the key of a signer', async () => {
  expect(await wrong(text)).toEqual([])
  const checks = await all(text, {})
  const { timelock, safe } = prepared.deployment
  const undo = named(checks, 'who can undo us').map(({ about }) => about)
  expect(undo.find((about) => about.startsWith('POOL_ADMIN'))).toContain(`${timelock.toLowerCase()} (a timelock with 86400 s delay)`)
  expect(undo.find((about) => about.startsWith('EMERGENCY_ADMIN'))).toContain(`${safe.toLowerCase()} (a Safe, 2 of 3 owners)`)
  expect(undo.filter((about) => about.includes('may give and take RISK_ADMIN'))).toEqual([expect.stringContaining(safe.toLowerCase())])
  expect(named(checks, 'money a')).toMatchObject([{ result: 'ok' }])
})

describe('the config is not the chain', () => {
  test('the wrong chain: its endpoint is named with both ids, and nothing more is asked', async () => {
    const said = await wrong(text.replaceAll('31337', '1'))
    expect(said).toMatchObject([
      { name: 'endpoint a', result: 'failure', about: expect.stringMatching(/is chain 31337; config.chain.id is 1$/) },
      { name: 'chain', result: 'skipped' },
    ])
  })

  test('the wrong pool: without code, and no pool', async () => {
    const pool = prepared.deployment.pool
    const other = (address: string) => wrong(text.replaceAll(`pool: '${pool}'`, `pool: '${address}'`))
    const nobody = '0x00000000000000000000000000000000000000aa'
    expect(named(await other(nobody), 'pool')).toMatchObject([{ result: 'failure', about: expect.stringMatching(`${nobody} has no code`) }])
    const token = prepared.deployment.assets[0]?.address.toLowerCase() ?? ''
    expect(named(await other(token), 'pool')).toMatchObject([{ result: 'failure', about: expect.stringContaining('POOL_REVISION()') }])
  })

  test('an unknown revision, with the known ones', () =>
    aside(async () => {
      await anvil.rpc.call('anvil_setCode', [prepared.deployment.pool, poolOfRevision7(prepared.deployment.provider)])
      expect(named(await wrong(text), 'revision')).toMatchObject([
        { result: 'failure', about: expect.stringMatching(/revision 7; known are 1/) },
      ])
    }))

  test('another quorum than the Guard, both sides named', async () => {
    const said = await wrong(text.replace('k: 2,', 'k: 3,').replace('windowS: 120', 'windowS: 180'))
    const about = said.filter(({ result }) => result === 'failure').map((one) => one.about)
    expect(about).toEqual([
      expect.stringMatching(/^quorum.k is 3 in the config and 2 on the Guard at 0x/),
      expect.stringMatching(/^quorum.windowS is 180 in the config and 120 on the Guard at 0x/),
    ])
  })

  test('other times than the entries, other decimals, another configurator: one row each', async () => {
    const { guardEntries, configurator, dataProvider } = prepared.deployment
    const times = await wrong(text.replace('expiryS: 600', 'expiryS: 601'))
    expect(named(times, 'entries')).toHaveLength(guardEntries.length)
    const decimals = await wrong(text.replace('decimals: 18', 'decimals: 17'))
    expect(named(decimals, 'assets')).toMatchObject([{ result: 'failure', about: expect.stringMatching(/is 17; the token says 18$/) }])
    const swapped = await wrong(text.replaceAll(`configurator: '${configurator}'`, `configurator: '${dataProvider}'`))
    expect(named(swapped, 'Guard')).toMatchObject([{ result: 'failure', about: expect.stringContaining(configurator.toLowerCase()) }])
  })

  test('a feed that is none, one that no reserve uses, the same twice', async () => {
    const [first, second] = prepared.deployment.feeds.map(({ proxy }) => proxy)
    const token = prepared.deployment.assets[0]?.address ?? ''
    const none = await wrong(text.replace(`proxy: '${first}'`, `proxy: '${token}'`))
    expect(named(none, 'feed')[0]).toMatchObject({ result: 'failure', about: expect.stringContaining('names no aggregator') })
    expect(named(none, 'prices')).toMatchObject([{ result: 'warning' }])
    const same = await wrong(text.replace(`proxy: '${first}'`, `proxy: '${first}', secondProxy: '${second}'`))
    expect(named(same, 'feed')).toEqual([])
    const itself = await wrong(text.replace(`proxy: '${first}'`, `proxy: '${first}', secondProxy: '${first}'`))
    expect(named(itself, 'feed')).toMatchObject([{ result: 'failure', about: expect.stringContaining("they can't confirm each other") }])
  })

  test("the first block: before the pool, after it, over the head; exactly the pool's is right", async () => {
    const from = (change: number) => wrong(text.replace(/fromBlock: (\d+)/, (_, n) => `fromBlock: ${Number(n) + change}`))
    expect(await from(0)).toEqual([])
    expect(named(await from(-1), 'from block')).toMatchObject([{ result: 'warning', about: expect.stringContaining('for nothing') }])
    expect(named(await from(1), 'from block')).toMatchObject([{ result: 'warning', about: expect.stringContaining('older than') }])
    expect(named(await from(1_000_000), 'from block')).toMatchObject([{ result: 'failure' }])
  })
})

describe('the Guard can not act', () => {
  test('a role is missing, and somebody new can undo us', () =>
    aside(async () => {
      const { aclManager, timelock, safe, guard } = prepared.deployment
      const person = prepared.people[0]?.address as Hex
      await sendAs(anvil, safe, aclManager, encodeFunctionData({ abi: ACL, functionName: 'removeRiskAdmin', args: [guard] }))
      await sendAs(anvil, timelock, aclManager, encodeFunctionData({ abi: ACL, functionName: 'addPoolAdmin', args: [person] }))
      const said = await wrong(text)
      expect(said).toMatchObject([
        {
          name: 'roles',
          result: 'failure',
          about: expect.stringContaining('lacks RISK_ADMIN'),
          mend: expect.stringContaining('addRiskAdmin'),
        },
        { name: 'who can undo us', result: 'warning', about: expect.stringMatching(new RegExp(`POOL_ADMIN.*one key.*${person}`, 'i')) },
      ])
    }))

  test('it is disarmed, and an entry is retired', () =>
    aside(async () => {
      const { guard, safe, timelock, guardEntries } = prepared.deployment
      await sendAs(anvil, safe, guard, encodeFunctionData({ abi: GUARD, functionName: 'disarm' }))
      const id = guardEntries[0]?.id as Hex
      await sendAs(anvil, timelock, guard, encodeFunctionData({ abi: GUARD, functionName: 'retireEntry', args: [id] }))
      expect(await wrong(text)).toMatchObject([
        { name: 'Guard', result: 'warning', about: expect.stringContaining('disarmed') },
        { name: 'entries', result: 'failure', about: expect.stringContaining(`(${id}) is in the config and retired`) },
      ])
    }))

  test('another Guard without roles, ruled by one key', () =>
    aside(async () => {
      const times = { expiryS: 20, hardCapS: 7_000, cooldownS: 100 }
      const other = await secondGuard(anvil, prepared, times, (action) => action === 'freeze')
      const said = await wrong(await written(prepared.deployment.pool.toLowerCase() as Hex, other))
      const rows = said.map(({ name, result }) => `${result} ${name}`)
      expect(rows).toEqual(
        expect.arrayContaining(['failure roles', 'warning admin', 'warning guardian', 'warning bounds', 'warning quorum']),
      )
      expect(named(said, 'roles')).toMatchObject([{ about: expect.stringContaining('lacks RISK_ADMIN') }])
      expect(named(said, 'bounds').map(({ about }) => about)).toContainEqual(expect.stringContaining('liftGapS 24 is not under expiryS 20'))
    }))

  test('its signer can not pay: exactly one action is enough to go on', () =>
    aside(async () => {
      const signer = prepared.deployment.nodes[0]?.address
      const one = 250_000n * 300n * 10n ** 9n
      const having = async (wei: bigint) => {
        await anvil.rpc.call('anvil_setBalance', [signer, `0x${wei.toString(16)}`])
        return wrong(text)
      }
      expect(await having(one - 1n)).toMatchObject([
        { name: 'money a', result: 'failure', about: expect.stringContaining('costs up to 0.075') },
      ])
      expect(await having(one)).toMatchObject([{ name: 'money a', result: 'warning' }])
      expect(await having(24n * one)).toEqual([])
    }))
})

describe('the node can not run', () => {
  test('a key file that others can read', async () => {
    chmodSync(keyFile, 0o644)
    try {
      expect(await wrong(text)).toMatchObject([{ name: 'key a', result: 'failure', mend: `chmod 600 ${keyFile}` }])
    } finally {
      chmodSync(keyFile, 0o600)
    }
  })

  test('it has run before: at the head is fine, an endpoint behind it is not', async () => {
    const { number, timeS } = prepared.head
    const seen = (n: number) => {
      mkdirSync(join(folder, `data${n}`), { mode: 0o700 })
      const record = openRecord({ folder: join(folder, `data${n}`), nodeId: 'a' })
      const block = { ...hashes(n), chainId: CHAIN_ID, number: n, timeS, logs: [], reads: [] }
      record.commit({ input: { kind: 'committed', block }, entries: [] })
      record.close()
      return wrong(text.replace(join(folder, 'data'), join(folder, `data${n}`)))
    }
    expect(await seen(number)).toEqual([])
    expect(await seen(number + 1)).toMatchObject([
      { name: 'endpoint a', result: 'warning', about: `is at block ${number}; the node has seen block ${number + 1} already` },
    ])
  })

  test('nobody answers', async () => {
    expect(await wrong(text, { rpc: 'http://127.0.0.1:9' })).toMatchObject([
      { name: 'endpoint a', result: 'failure' },
      { name: 'chain', result: 'skipped' },
    ])
  })

  test('an endpoint without old state, simulation, receipts and events: what each costs', () =>
    through(
      (method, params) => {
        if (method === 'eth_getCode' && params[1] !== `0x${prepared.head.number.toString(16)}`) return { error: 'missing trie node' }
        return ['eth_simulateV1', 'eth_getBlockReceipts', 'eth_getLogs'].includes(method) ? { error: 'method not found' } : undefined
      },
      async (rpc) => {
        expect((await wrong(text, { rpc })).map(({ name, result }) => `${result} ${name}`)).toEqual([
          'warning endpoint a',
          'warning endpoint a',
          'failure endpoint a',
          'skipped from block',
          'skipped who can undo us',
        ])
      },
    ))

  test('an endpoint that limits the range of events is asked in pieces, and the answer is the same but for what was before', () =>
    through(
      (method, params) => {
        const [{ fromBlock = '0x0' } = {}] = params as readonly { readonly fromBlock?: string }[]
        return method === 'eth_getLogs' && Number(fromBlock) === 0 ? { error: 'query exceeds max block range' } : undefined
      },
      async (rpc) => {
        expect(await wrong(text, { rpc })).toEqual([])
        const undo = named(await all(text, { rpc }), 'who can undo us').map(({ about }) => about)
        expect(undo.find((about) => about.startsWith('POOL_ADMIN'))).toContain(prepared.deployment.timelock.toLowerCase())
      },
    ))
})

test('offline: nothing is asked, and that the revision is unknown is said', async () => {
  const said = await wrong(text, { rpc: 'http://127.0.0.1:9', offline: true })
  expect(said).toMatchObject([{ name: 'revision', result: 'warning', about: expect.stringContaining('only Aave v3.0') }])
})
