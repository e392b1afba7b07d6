// The Guard on the real Lyra, whose owner is a real Safe with a route to each function: what its entries do, and what their lift leaves.
import {
  type Abi,
  type Address,
  concat,
  encodeFunctionData,
  type Hex,
  parseAbi,
  parseEther,
  parseSignature,
  serializeCompactSignature,
  signatureToCompactSignature,
  toHex,
} from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import type { Contract } from '../../../lab/deploy/builder.ts'
import { QUORUM } from '../../../lab/deploy/guard.ts'
import { deploySafe, safeCall } from '../../../lab/deploy/safe.ts'
import { buildContracts } from '../../../scripts/build-contracts.mjs'
import { incident } from '../../../test/builders.ts'
import { Fold } from '../../../test/support/fold.ts'
import { LyraLab } from '../../../test/support/lyra-lab.ts'
import { Guard } from '../../contracts/Guard.ts'
import { SafeModuleRoute } from '../../contracts/SafeModuleRoute.ts'
import type { GuardStep } from '../../core/flow.ts'
import { entryId } from '../../core/guard-entry.ts'
import { optionsFor } from '../../decide/options.ts'
import type { Protocol, Venue } from '../../state/protocol.ts'
import { OPTION } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { lyraMarket } from '../../watched/lyra.ts'
import { type LyraEntryAction, lyraGuardEntries } from './entries.ts'

const MODULES = parseAbi(['function enableModule(address)'])
const SETTERS = {
  freezeBoard: ['optionMarket', 'setBoardFrozen'],
  pauseOptionMarket: ['exchangeAdapter', 'setMarketPaused'],
  pauseAllOptions: ['exchangeAdapter', 'setGlobalPaused'],
} as const
const ACTIONS = Object.keys(SETTERS) as LyraEntryAction[]
const NODES = [0, 1, 2].map((n) => accountOf('node', n)).sort((x, y) => (x.address.toLowerCase() < y.address.toLowerCase() ? -1 : 1))
const owners = [0, 1, 2].map((n) => accountOf('safeOwner', n).address)
/** 3 and 4 are not there yet. */
const BOARDS = [1, 2, 3, 4]

let lab: LyraLab
let guard: Contract
let safe: Address
let safeNonce = 0n
let world: World
let venue: Venue
let protocol: Protocol

const bySafe = async (to: Address, data: Hex): Promise<void> => {
  await lab.builder.push('by the Safe', lab.lyra.owner, safe, await safeCall(safe, owners, safeNonce++, to, data))
  await lab.builder.flush()
}

beforeAll(async () => {
  await buildContracts()
  lab = await LyraLab.start()
  const { builder: b, contracts, lyra: deployed } = lab
  for (const who of [...owners, ...NODES.map(({ address }) => address)])
    await lab.anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 20n)])
  guard = await b.deploy({ name: 'Guard', abi: Guard.abi as Abi, bytecode: Guard.bytecode as Hex }, [
    deployed.owner,
    deployed.guardian,
    NODES.map(({ address }) => address),
    QUORUM.k,
    QUORUM.windowS,
    QUORUM.liftGapS,
  ])
  safe = await deploySafe(b, owners)
  await b.flush()
  const accept = encodeFunctionData({ abi: contracts.optionMarket.abi, functionName: 'acceptOwnership' })
  for (const of of [contracts.optionMarket, contracts.exchangeAdapter]) {
    await b.write(of, 'nominateNewOwner', [safe])
    await bySafe(of.address, accept)
  }
  const route = async (action: LyraEntryAction): Promise<Address> => {
    const [name, fn] = SETTERS[action]
    const { address, abi } = contracts[name]
    const args = fn === 'setGlobalPaused' ? [true] : fn === 'setBoardFrozen' ? [1n, true] : [address, true]
    const selector = encodeFunctionData({ abi, functionName: fn, args }).slice(0, 10)
    const artifact = { name: 'SafeModuleRoute', abi: SafeModuleRoute.abi as Abi, bytecode: SafeModuleRoute.bytecode as Hex }
    const made = await b.deploy(artifact, [guard.address, safe, address, selector])
    await b.flush()
    await bySafe(safe, encodeFunctionData({ abi: MODULES, functionName: 'enableModule', args: [made.address] }))
    return made.address
  }
  const routes = {
    freezeBoard: await route('freezeBoard'),
    pauseOptionMarket: await route('pauseOptionMarket'),
    pauseAllOptions: await route('pauseAllOptions'),
  }
  const [market, exchange] = [contracts.optionMarket.address, contracts.exchangeAdapter.address]
  const entries = lyraGuardEntries({ market, exchange, boards: BOARDS, routes })
  for (const { entry } of entries) await b.write(guard, 'addEntry', [entry])
  await b.flush()
  lab.timeS = (await b.head()).timeS
  world = createWorld(31337)
  const watched = lyraMarket({ chainId: 31337, market, guard: { address: guard.address, exchange, boards: BOARDS, routes } })
  ;[venue] = watched.venues as [Venue]
  protocol = venue.protocol
  expect(watched.guards[0]?.entries).toEqual(entries.map(({ action, entry }) => ({ id: entryId(entry), name: action })))
  await new Fold(lab.anvil.rpc, world, watched.protocols).feed((await lab.mine([])).number)
})
afterAll(() => lab?.stop())

const call = (functionName: string, ...args: readonly unknown[]) => ({
  from: lab.lyra.provider,
  to: guard.address,
  data: encodeFunctionData({ abi: guard.abi, functionName, args }),
})

/** A certificate of two nodes, brought by anybody. */
async function execute({ entry, subject, step }: GuardStep, round = 0): Promise<boolean> {
  const window = BigInt(Math.floor((lab.timeS + 12) / QUORUM.windowS))
  const hash = await lab.builder.read<Hex>(guard, 'digest', [0, entry, subject, step, round, window])
  const signed = await Promise.all(NODES.slice(0, QUORUM.k).map(({ signer }) => signer.sign({ hash })))
  const signatures = concat(signed.map((one) => serializeCompactSignature(signatureToCompactSignature(parseSignature(one)))))
  return (await lab.mine([call('execute', entry, subject, step, round, window, 3n, signatures)])).ok[0] === true
}

const lift = async ({ entry, subject }: GuardStep): Promise<readonly boolean[]> => [
  ...(await lab.mine([call('beginLift', entry, subject, 0, 0n, 0n, '0x')], 700)).ok,
  ...(await lab.mine([call('lift', entry, subject)], QUORUM.liftGapS)).ok,
]

const state = async () => {
  const [boards, market, all] = await Promise.all([
    Promise.all([1n, 2n].map((id) => lab.read<{ frozen: boolean }>('optionMarket', 'getOptionBoard', id))),
    lab.read<boolean>('exchangeAdapter', 'isMarketPaused', lab.contracts.optionMarket.address),
    lab.read<boolean>('exchangeAdapter', 'isGlobalPaused'),
  ])
  return { boards: boards.map(({ frozen }) => frozen), market, all }
}
const CALM = { boards: [false, false], market: false, all: false }
const DONE = {
  freezeBoard: { ...CALM, boards: [true, false] },
  pauseOptionMarket: { ...CALM, market: true },
  pauseAllOptions: { ...CALM, all: true },
}
const buys = (strike: number) =>
  lab.tries(lab.trade('openPosition', lab.lyra.traders[0] as Address, { strike, type: OPTION.longCall, amount: parseEther('1') }))

describe('entries', () => {
  test.each(ACTIONS)('%s: carried out by the Guard, and lifted by anybody after its time', (action) =>
    lab.aside(async () => {
      const [step, ...more] = protocol.steps(world, action, 0)
      if (step === undefined) throw new Error(`the market offers no ${action}`)
      expect(more).toEqual([])
      expect(await execute(step)).toBe(true)
      expect(await state()).toEqual(DONE[action])
      expect(await buys(2)).not.toBe('yes')
      expect((await buys(5)) === 'yes').toBe(action === 'freezeBoard')
      expect(await lift(step)).toEqual([true, true])
      expect(await state()).toEqual(CALM)
      expect(await buys(2)).toBe('yes')
    }),
  )

  test('a board that is frozen already, or is not there, or was not named: nothing is done', () =>
    lab.aside(async () => {
      const step = protocol.steps(world, 'freezeBoard', 1)[0] as GuardStep
      await bySafe(lab.contracts.optionMarket.address, lab.send('optionMarket', safe, 'setBoardFrozen', 2n, true).data)
      lab.timeS = (await lab.builder.head()).timeS
      expect(await execute(step)).toBe(false)
      expect(await execute({ ...step, subject: `0x${'3'.padStart(64, '0')}` })).toBe(false)
      expect(await execute({ ...step, subject: `0x${'5'.padStart(64, '0')}` })).toBe(false)
      expect(await state()).toEqual({ ...CALM, boards: [false, true] })
    }))

  test('the answers to an incident: each board, all of them, the market; what is done already is none of them', () =>
    lab.aside(async () => {
      const found = incident({ chainId: 31337, venue: 0, suspects: [0, 1] })
      const ids = () => optionsFor(world, venue, found).map(({ id }) => id)
      expect(ids()).toEqual(['observe', 'freezeBoard(1)', 'freezeBoard(2)', 'freezeBoard(all)', 'pauseOptionMarket'])
      world.boards.columns.frozen.set(0, 1)
      expect(ids()).toEqual(['observe', 'freezeBoard(2)', 'pauseOptionMarket'])
      world.boards.columns.frozen.set(0, 0)
    }))

  test('the breaker is offered only while it is due, to anyone', () => {
    expect(protocol.steps(world, 'setBreaker', 0)).toEqual([])
    world.optionMarkets.columns.breakerDue.set(0, 1)
    expect(protocol.steps(world, 'setBreaker', 0)).toMatchObject([
      { action: 'setBreaker', call: { to: lab.contracts.liquidityPool.address.toLowerCase() } },
    ])
    world.optionMarkets.columns.breakerDue.set(0, 0)
  })
})
