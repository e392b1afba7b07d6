// The lab's bridge across two real chains under random messages, fast fills and gifts: after each block both ends say what the contracts
// say, and nothing that honest people do is unmatched for long.
import { type Address, encodeAbiParameters, encodeFunctionData, type Hex, keccak256, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { type DeployedBridge, deployBridge } from '../../../lab/deploy/bridge.ts'
import { Builder, type Contract } from '../../../lab/deploy/builder.ts'
import { Draws } from '../../../test/support/draws.ts'
import { dumpOf } from '../../../test/support/dump.ts'
import { applyTo, Fold } from '../../../test/support/fold.ts'
import { createWorld, type World } from '../../state/world.ts'
import { bridge } from './index.ts'

const SEED = 3
const CHAINS = [31_337, 42_161] as const
const [attester, ...people] = [0, 1, 2].map((n) => accountOf('person', n).address) as [Address, ...Address[]]
const MAX = 2n ** 256n - 1n
let anvils: Anvil[]
let builders: [Builder, Builder]
let deployed: DeployedBridge
const lower = (address: Address): Hex => address.toLowerCase() as Hex
const send = (n: number, from: Address, { abi, address }: Contract, functionName: string, args: readonly unknown[]): Promise<void> =>
  (builders[n] as Builder).push(functionName, from, address, encodeFunctionData({ abi, functionName, args }))

beforeAll(async () => {
  anvils = await Promise.all(CHAINS.map((chainId) => startAnvil({ genesisTimeS: 1_780_272_000, chainId })))
  for (const { rpc } of anvils) {
    await rpc.call('anvil_setBlockTimestampInterval', [12])
    for (const who of [attester, ...people]) await rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  }
  builders = anvils.map(({ rpc }, n) => new Builder(rpc, attester, CHAINS[n])) as [Builder, Builder]
  deployed = await deployBridge(builders[0], builders[1], attester)
  for (const who of people) {
    await send(0, who, deployed.token, 'mint', [10n ** 24n])
    await send(0, who, deployed.token, 'approve', [deployed.lock.address, MAX])
    await send(1, who, deployed.mint, 'approve', [deployed.mint.address, MAX])
  }
  for (const b of builders) await b.flush()
})
afterAll(async () => {
  for (const anvil of anvils ?? []) await anvil.stop()
})

const gates = (): readonly Contract[] => [deployed.lock, deployed.mint]
const adapter = (n: number) =>
  bridge({
    chainId: CHAINS[n] as number,
    gateways: [
      {
        name: 'B',
        side: n === 0 ? 'lock' : 'mint',
        gateway: lower((gates()[n] as Contract).address),
        token: lower(n === 0 ? deployed.token.address : deployed.mint.address),
        decimals: 18,
        usd: 1,
        other: { chainId: CHAINS[1 - n] as number, gateway: lower((gates()[1 - n] as Contract).address) },
      },
    ],
  })

/** The id that a gateway gives its next message but `ahead`: what a market maker may fill before it exists. */
const idOf = (n: number, nonce: bigint): Hex =>
  keccak256(
    encodeAbiParameters(
      [{ type: 'uint256' }, { type: 'address' }, { type: 'uint256' }],
      [BigInt(CHAINS[n] as number), (gates()[n] as Contract).address, nonce],
    ),
  )

test('both ends say what the contracts say, every message is matched, and undo takes all of it back', async () => {
  const draws = new Draws(SEED)
  const worlds = CHAINS.map(createWorld)
  const protocols = CHAINS.map((_, n) => [adapter(n)])
  const folds = CHAINS.map((_, n) => new Fold((anvils[n] as Anvil).rpc, worlds[n] as World, protocols[n] as ReturnType<typeof adapter>[]))
  /** On their way to the other side: from where, and what. */
  const under: { readonly to: number; readonly id: Hex; readonly amount: bigint }[] = []
  const sums = CHAINS.map(() => ({ departed: 0n, arrived: 0n, nonce: 0n }))
  let fills = 0
  const marks = CHAINS.map((): number[] => [])
  const start = CHAINS.map((): string => '')
  for (let step = 0; step < 30; step++) {
    for (const n of [0, 1]) {
      const gate = gates()[n] as Contract
      const b = builders[n] as Builder
      const own = sums[n] as (typeof sums)[number]
      const first = (await b.head()).number
      for (const message of draws.chance(0.7) ? under.filter(({ to }) => to === n) : []) {
        if (draws.chance(0.4)) continue
        under.splice(under.indexOf(message), 1)
        await send(n, attester, gate, 'arrive', [message.id, people[0], message.amount])
        own.arrived += message.amount
      }
      const who = draws.pick(people)
      const rich = await b.read<bigint>(n === 0 ? deployed.token : deployed.mint, 'balanceOf', [who])
      const amount = rich / BigInt(draws.integer(10, 100))
      if (amount > 0n && step > 0 && draws.chance(0.7)) {
        under.push({ to: 1 - n, id: idOf(n, own.nonce++), amount })
        await send(n, who, gate, 'depart', [amount, draws.pick(people)])
        own.departed += amount
      }
      // a market maker is ahead of the lock by a message or more
      const other = sums[1 - n] as (typeof sums)[number]
      if (rich > 0n && step > 0 && draws.chance(0.2)) {
        const id = idOf(1 - n, other.nonce + BigInt(draws.integer(0, 1)))
        if ((await b.read<Address>(gate, 'fillerOf', [id])) === `0x${'0'.repeat(40)}`) {
          await send(n, who, gate, 'fill', [id, draws.pick(people), rich / 1_000n])
          fills += 1
        }
      }
      if (n === 0 && draws.chance(0.1)) await send(0, people[0] as Address, deployed.token, 'transfer', [gate.address, 1_000n])
      await b.flush()
      if ((await b.head()).number === first) await (anvils[n] as Anvil).rpc.call('evm_mine')
      const world = worlds[n] as World
      for (let number = step === 0 ? (await b.head()).number : first + 1; number <= (await b.head()).number; number++) {
        if (marks[n]?.length === 0) start[n] = dumpOf(world)
        marks[n]?.push(world.store.mark())
        await folds[n]?.feed(number)
      }
      const held = n === 0 ? await b.read(deployed.token, 'balanceOf', [gate.address]) : await b.read(gate, 'totalSupply')
      expect(world.bridges.at(0)).toMatchObject({ held, departed: own.departed, arrived: own.arrived, sinceS: 0 })
      for (let at = 0; at < world.bridgeArrivals.count; at++) {
        const { id, arrivedAtS, filledAtS } = world.bridgeArrivals.at(at)
        const word = `0x${id.toString(16).padStart(64, '0')}`
        expect(await b.read<boolean>(gate, 'arrived', [word])).toBe(arrivedAtS > 0)
        expect((await b.read<Address>(gate, 'fillerOf', [word])) !== `0x${'0'.repeat(40)}`).toBe(filledAtS > 0)
      }
    }
  }
  expect([...sums.map(({ nonce }) => nonce > 10n), fills > 3]).toEqual([true, true, true])

  const ends = worlds.map(dumpOf)
  for (const n of [0, 1]) {
    const world = worlds[n] as World
    world.store.undoTo((marks[n] as number[])[0] as number)
    expect(dumpOf(world)).toBe(start[n])
    for (const block of folds[n]?.blocks ?? []) applyTo(world, protocols[n] as ReturnType<typeof adapter>[], block)
    expect(dumpOf(world)).toBe(ends[n])
  }
  // each hears all of the other: every arrival has its departure
  for (const n of [0, 1]) {
    const [own, other] = [worlds[n] as World, worlds[1 - n] as World]
    const { number, timeS } = await (builders[1 - n] as Builder).head()
    const bridges = protocols[1 - n]?.[0]?.tells?.(other, 0) ?? []
    const said = {
      chainId: CHAINS[n] as number,
      fromChainId: CHAINS[1 - n] as number,
      number,
      hash: toHex(7, { size: 32 }),
      timeS,
      finalNumber: 0,
      after: 0,
      bridges,
    }
    protocols[n]?.[0]?.hear?.(own, said)
    expect(own.bridges.at(0).pending).toBeGreaterThan(0)
    await (anvils[n] as Anvil).rpc.call('evm_mine')
    await folds[n]?.feed((await (builders[n] as Builder).head()).number)
    expect(own.bridges.at(0)).toMatchObject({ pending: 0, otherDeparted: sums[1 - n]?.departed, otherArrived: sums[1 - n]?.arrived })
  }
})
