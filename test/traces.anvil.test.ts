// Real contracts robbed on a real chain, each beside an honest twin: from the node's traces to findings, undone and folded again.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Abi, type Address, encodeDeployData, encodeFunctionData, getContractAddress, type Hex, parseEther, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../lab/anvil.ts'
import { type TraceLabContract, traceLabArtifact } from '../lab/deploy/artifacts.ts'
import { buildContracts } from '../scripts/build-contracts.mjs'
import { canonical } from '../src/core/canonical.ts'
import type { Finding, Input } from '../src/core/flow.ts'
import { Fold } from '../src/fold.ts'
import {
  type Config,
  defineConfig,
  flashLoan,
  foreignDelegatecall,
  freshContract,
  profitTaker,
  readOnlyReentrancy,
  reentrancy,
  repeatedLoop,
  selfdestruct,
  tracedContracts,
  traceGap,
  unauthorisedWrite,
} from '../src/index.ts'
import type { BlockSource, IngestEvent } from '../src/ingest/block-source.ts'
import { openCapture, readCapture } from '../src/ingest/capture.ts'
import { liveSource } from '../src/ingest/live.ts'
import { profileOf } from '../src/ingest/profiles.ts'
import { startNode } from '../src/pipeline.ts'
import { localExchange } from '../src/quorum/exchange.ts'
import { openRecord } from '../src/record/record.ts'
import { rulesOf } from '../src/rules.ts'
import { tracedOf } from '../src/state/traced.ts'

const CHAIN = 31_337
const PEOPLE = Array.from({ length: 5 }, (_, n) => `0x${(0xbe00 + n).toString(16).padStart(40, '0')}` as Address)
const [DEPLOYER] = PEOPLE as [Address]
const MANNER = { quiet: 0, redeem: 1, redeemLocked: 2, deposit: 3, ask: 4, borrow: 5 } as const

type Detector = ReturnType<typeof rulesOf>['detectors'][number]
interface Deployed {
  readonly address: Address
  readonly abi: Abi
}
let anvil: Anvil
let nonce = 0
let at: Record<
  'bank' | 'lender' | 'visitor' | 'factory' | 'wallet' | 'counting' | 'takeover' | 'flashLender' | 'pair' | 'flashVisitor',
  Deployed
>
let config: Config
let rules: ReturnType<typeof rulesOf>
let fold: Fold
let source: BlockSource
let inputs: AsyncGenerator<Input, void>
const taken: Input[] = []
let dumpBefore: ReadonlyMap<string, unknown> | undefined

async function deploy(name: TraceLabContract, args: readonly unknown[] = []): Promise<Deployed> {
  const { abi, bytecode } = traceLabArtifact(name)
  const address = getContractAddress({ from: DEPLOYER, nonce: BigInt(nonce++) })
  await send(DEPLOYER, undefined, encodeDeployData({ abi, bytecode, args: [...args] }))
  return { address, abi }
}
const send = (from: Address, to: Address | undefined, data: Hex, value = 0n): Promise<unknown> =>
  anvil.rpc.call('eth_sendTransaction', [{ from, ...(to && { to }), data, value: toHex(value), gas: '0x2dc6c0' }])
const call = (who: Address, on: Deployed, functionName: string, args: readonly unknown[] = [], value = 0n): Promise<unknown> =>
  send(who, on.address, encodeFunctionData({ abi: on.abi, functionName, args: [...args] }), value)

/** Mines what waits, in one block, and folds up to it: what was found in it. */
async function block(): Promise<readonly Finding[]> {
  await anvil.rpc.call('evm_mine', [])
  const head = Number(await anvil.rpc.call<Hex>('eth_blockNumber', []))
  for (;;) {
    const next = await inputs.next()
    if (next.done) throw new Error('the source ended')
    taken.push(next.value)
    const { entries } = fold.step(next.value)
    if (next.value.kind === 'committed' && next.value.block.number === head) {
      const { number } = next.value.block
      const receipts = await anvil.rpc.call<readonly { readonly status: Hex }[]>('eth_getBlockReceipts', [toHex(number)])
      expect(receipts.every(({ status }) => status === '0x1')).toBe(true)
      return entries.flatMap(({ kind, body }) => (kind === 'finding' ? [body as Finding] : []))
    }
  }
}
const said = (findings: readonly Finding[]): readonly string[] => findings.map(({ detector, severity }) => `${detector} ${severity}`).sort()
const visit = async (manner: keyof typeof MANNER, amount: bigint, rounds: number): Promise<readonly string[]> => {
  await call(DEPLOYER, at.visitor, 'visit', [MANNER[manner], amount, rounds], amount)
  return said(await block())
}

beforeAll(async () => {
  await buildContracts()
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  await anvil.rpc.call('anvil_autoImpersonateAccount', [true])
  for (const who of PEOPLE) await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  const bank = await deploy('Bank')
  const lender = await deploy('Lender', [bank.address])
  const pair = await deploy('Pair')
  at = {
    bank,
    lender,
    pair,
    visitor: await deploy('Visitor', [bank.address, lender.address]),
    factory: await deploy('OneUseFactory'),
    wallet: await deploy('ModularWallet'),
    counting: await deploy('CountingModule'),
    takeover: await deploy('TakeoverModule'),
    flashLender: await deploy('FlashLender'),
    flashVisitor: await deploy('FlashVisitor', [bank.address, pair.address]),
  }
  const young = { warmBlocks: 8, agedBlocks: 5, seenBlocks: 3 }
  config = defineConfig({
    chain: { id: CHAIN, fromBlock: 1 },
    nodes: [{ id: 'one', rpc: `http://127.0.0.1:${anvil.port}`, dataDir: 'unused' }],
    watch: [
      tracedContracts({
        chainId: CHAIN,
        contracts: [
          { name: 'bank', address: bank.address, isVenue: true },
          { name: 'wallet', address: at.wallet.address },
        ],
        native: { usd: 2_000 },
        priceSources: [{ pool: pair.address, kind: 'uniswap-v2' }],
      }),
    ],
    detectors: [
      flashLoan(),
      foreignDelegatecall(young),
      freshContract(),
      profitTaker(),
      readOnlyReentrancy(young),
      reentrancy(young),
      repeatedLoop(),
      selfdestruct(),
      traceGap(),
      unauthorisedWrite(young),
    ],
  })
  rules = rulesOf(config)
  fold = new Fold(rules)
  source = liveSource({
    chainId: CHAIN,
    endpoints: [`http://127.0.0.1:${anvil.port}`],
    fromBlock: 1,
    adapter: {
      watches: () => rules.protocols.flatMap((p) => p.watches(fold.world)),
      reads: () => [],
      traces: () => tracedOf(rules, fold.world),
    },
    profile: profileOf(CHAIN, { pollMs: 5 }),
  })
  inputs = source.inputs()
  expect(said(await block())).toEqual([])
  // ordinary days: everybody uses every door
  await call(DEPLOYER, bank, 'deposit', [], parseEther('500'))
  await send(DEPLOYER, at.flashLender.address, '0x', parseEther('100'))
  await call(DEPLOYER, pair, 'moveTo', [1_000, 1_000])
  for (let day = 0; day < 12; day++) {
    for (let n = 0; n < 20; n++) {
      const who = PEOPLE[n % PEOPLE.length] as Address
      await call(who, bank, 'deposit', [], parseEther('0.25'))
      await call(who, bank, ['withdraw', 'redeem', 'withdrawLocked'][n % 3] as string, [parseEther('0.25')])
    }
    await call(DEPLOYER, at.wallet, 'run', [at.counting.address, encodeFunctionData({ abi: at.counting.abi, functionName: 'tick' })])
    expect(said(await block())).toEqual([])
  }
}, 60_000)
afterAll(async () => {
  source?.stop()
  await anvil?.stop()
})

test('re-entered: the thief is told with what he took, who is refused by a lock is not', async () => {
  expect(await visit('quiet', parseEther('0.1'), 0)).toEqual([])
  expect(await visit('redeemLocked', parseEther('0.1'), 3)).toEqual([])
  dumpBefore = fold.world.store.dump()
  expect(await visit('redeem', parseEther('10'), 5)).toEqual([
    'fresh-contract medium',
    'profit-taker high',
    ...Array.from({ length: 5 }, () => 'reentrancy critical'),
  ])
  expect(fold.incidents).toMatchObject([{ venueId: at.bank.address.toLowerCase(), severity: 'critical', sources: ['trace'] }])
})

test('a harmless callback is told while it is new, and quiet once it has aged', async () => {
  const days: (readonly string[])[] = []
  for (let day = 0; day < 7; day++) days.push(await visit('deposit', parseEther('0.1'), 1))
  const told = ['reentrancy medium']
  expect(days).toEqual([told, told, told, told, told, [], []])
})

test('a loop that takes little each time', async () => {
  expect(await visit('redeem', 1_000n, 20)).toEqual(
    ['repeated-loop medium', ...Array.from({ length: 20 }, () => 'reentrancy critical')].sort(),
  )
})

test("a rate read while open: a lender's reading is told, the visitor's own is not", async () => {
  expect(await visit('ask', parseEther('0.1'), 1)).toEqual([])
  expect(await visit('borrow', parseEther('0.1'), 1)).toEqual(['read-only-reentrancy high'])
})

test('code run as its own: the usual module is quiet, the takeover is told twice over', async () => {
  const run = async (on: Deployed, functionName: string, args: readonly unknown[] = []) => {
    await call(DEPLOYER, at.wallet, 'run', [on.address, encodeFunctionData({ abi: on.abi, functionName, args: [...args] })])
    return said(await block())
  }
  expect(await run(at.counting, 'tick')).toEqual([])
  expect(await run(at.takeover, 'take', [DEPLOYER])).toEqual(['foreign-delegatecall critical', 'unauthorised-write high'])
})

test('an initialiser that anyone may call, and nobody did before', async () => {
  await call(DEPLOYER, at.bank, 'initialise', [DEPLOYER])
  const found = await block()
  expect(found).toMatchObject([
    {
      detector: 'unauthorised-write',
      subject: { kind: 'contract', id: at.bank.address.toLowerCase() },
      evidence: { slot: 0n, before: 0n, ways: 1 },
    },
  ])
})

test('made by CREATE2 for one use: told if it ends itself, quiet if it stays', async () => {
  const use = async (salt: number, ends: boolean) => {
    await call(DEPLOYER, at.factory, 'use', [at.bank.address, toHex(salt, { size: 32 }), ends], parseEther('0.1'))
    return said(await block())
  }
  expect(await use(1, false)).toEqual([])
  expect(await use(2, true)).toEqual(['selfdestruct medium'])
})

test('a flash loan: with a price moved by a fifth it is told, as a swap of collateral it is not', async () => {
  const run = async (price: number) => {
    await call(DEPLOYER, at.flashVisitor, 'run', [at.flashLender.address, parseEther('1'), price])
    return said(await block())
  }
  expect(await run(1_010)).toEqual([])
  expect(await run(1_200)).toEqual(['flash-loan high'])
})

test('a whole node says how its endpoint tells traces, alerts once, and its capture and record hold what it saw', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-traced-'))
  const events: IngestEvent[] = []
  const alerts: Finding[] = []
  const head = Number(await anvil.rpc.call<Hex>('eth_blockNumber', []))
  const run = async (name: string): Promise<string> => {
    const file = join(folder, `${name}.jsonl`)
    let reached = (): void => {}
    const there = new Promise<void>((resolve) => {
      reached = resolve
    })
    const node = startNode({
      config,
      node: { id: 'one', endpoints: [`http://127.0.0.1:${anvil.port}`], dataDir: folder },
      exchange: localExchange(),
      capture: openCapture(file, { chainId: CHAIN, rulesHash: rules.rulesHash }),
      events: {
        ingest: (_, event) => void events.push(event),
        alert: (_, alert) => void alerts.push(alert.finding as Finding),
        block: (_, number) => number >= head && reached(),
      },
    })
    await there
    await node.stop()
    return file
  }
  const file = await run('first')
  expect(events.filter(({ kind }) => kind === 'tracing')).toMatchObject([{ way: 'debug' }])
  expect(alerts.filter(({ detector }) => detector === 'profit-taker')).toHaveLength(1)
  const committed = taken.filter(({ kind }) => kind === 'committed')
  const captured: Input[] = []
  for await (const input of (await readCapture(file)).inputs) if (input.kind === 'committed') captured.push(input)
  expect(canonical(captured)).toBe(canonical(committed))
  const record = openRecord({ folder, nodeId: 'one' })
  const stored = [...record.inputsSince(0)].flatMap(({ input }) => (input.kind === 'committed' ? [input] : []))
  record.close()
  expect(canonical(stored)).toBe(canonical(committed.slice(-stored.length)))
  expect(stored.length).toBeGreaterThan(0)
  rmSync(folder, { recursive: true })
}, 30_000)

test('undone to before the theft and folded again: the same bytes; folded without traces: blind, and said so', () => {
  const end = fold.world.store.dump()
  const again = new Fold(rules)
  const entries = (of: Fold, list: readonly Input[]) => canonical(list.map((input) => of.step(input).entries))
  const first = entries(again, taken)
  expect(again.world.store.dump()).toEqual(end)
  const theft = taken.findIndex(
    (input) =>
      input.kind === 'committed' && input.block.traces?.kind === 'seen' && input.block.traces.txs.some(({ calls }) => calls.length > 13),
  )
  const before = taken.slice(0, theft).findLast((input) => input.kind === 'committed')
  if (before?.kind !== 'committed') throw new Error('no block before the theft')
  again.step({ kind: 'reorged', chainId: CHAIN, toNumber: before.block.number, toHash: before.block.hash })
  expect(again.world.store.dump()).toEqual(dumpBefore)
  const since = taken.slice(theft)
  expect(first.endsWith(entries(again, since).slice(1))).toBe(true)
  expect(again.world.store.dump()).toEqual(end)

  const blindly = new Fold(rules)
  const blinded = taken.map((input): Input => {
    if (input.kind !== 'committed') return input
    const { traces: _, ...rest } = input.block
    return { kind: 'committed', block: rest }
  })
  const found = blinded.flatMap((input) =>
    blindly.step(input).entries.flatMap(({ kind, body }) => (kind === 'finding' ? [body as Finding] : [])),
  )
  expect(found).toMatchObject([{ detector: 'trace-gap', severity: 'medium', evidence: { reason: 'not-asked', inARow: 1 } }])
  // nobody need list that detector: each verdict says what it could not see
  const { detectors } = rules
  const verdicts = (of: readonly Detector[], list: readonly Input[]) => {
    const one = new Fold({ ...rules, detectors: of })
    return list.flatMap((input) => one.step(input).entries.flatMap(({ kind, body }) => (kind === 'verdict' ? [body] : [])))
  }
  const seeing = detectors.filter(({ detector }) => detector.id !== 'trace-gap')
  for (const verdict of verdicts(seeing, blinded)) expect(verdict).toMatchObject({ blindToTraces: 'not-asked' })
  for (const verdict of [...verdicts(seeing, taken), ...verdicts([], blinded)]) expect(verdict).not.toHaveProperty('blindToTraces')
})
