// Real governance on a chain: Aave's ACLManager and provider, OpenZeppelin's timelock and proxy, a Safe; what the tables say is what they say.
import { type Address, encodeFunctionData, type Hex, toHex, zeroAddress, zeroHash } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../../lab/anvil.ts'
import { aaveArtifact, openZeppelinArtifact } from '../../../lab/deploy/artifacts.ts'
import { Builder, type Contract } from '../../../lab/deploy/builder.ts'
import { deploySafe, safeCall } from '../../../lab/deploy/safe.ts'
import { applyTo, callsAt, Fold } from '../../../test/support/fold.ts'
import { addressOf, addressWord, callOf, hex32, slotCall, wordAt } from '../../core/words.ts'
import { canUndo, holdersOf, ROLE, roleHash, ungovernedHolders } from '../../state/authority.ts'
import { CHANGE } from '../../state/tables.ts'
import { createWorld, type World } from '../../state/world.ts'
import { SLOT, VIEW } from './abi.ts'
import { governance } from './index.ts'
import { hasRoleCall } from './reads.ts'

const deployer = accountOf('deployer').address
const owners = [0, 1, 2].map((n) => accountOf('safeOwner', n).address)
const eve = accountOf('person', 0).address
const DELAY_S = 3_600
const lower = (address: Address): Hex => address.toLowerCase() as Hex

let anvil: Anvil
let b: Builder
let nonce = 0n
let all: Readonly<Record<'provider' | 'acl' | 'timelock' | 'proxy' | 'proxyAdmin' | 'code', Contract>>
let safe: Address
beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [12])
  for (const who of [deployer, eve, ...owners]) await anvil.rpc.call('anvil_setBalance', [who, toHex(10n ** 24n)])
  b = new Builder(anvil.rpc, deployer)
})
afterAll(() => anvil?.stop())

const as = (name: string, address: Address): Contract => ({ address, abi: openZeppelinArtifact(name).abi })
const call = (contract: Contract, functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: contract.abi, functionName, args })

async function deployAll(): Promise<void> {
  safe = await deploySafe(b, owners)
  const timelock = await b.deploy(openZeppelinArtifact('TimelockController'), [DELAY_S, [safe], [safe], zeroAddress])
  const provider = await b.deploy(aaveArtifact('protocol/configuration/PoolAddressesProvider'), ['test', deployer])
  await b.write(provider, 'setACLAdmin', [deployer])
  const acl = await b.deploy(aaveArtifact('protocol/configuration/ACLManager'), [provider.address])
  const code = await b.deploy(aaveArtifact('protocol/configuration/PoolAddressesProvider'), ['new code', deployer])
  const first = call(acl, 'getRoleAdmin', [zeroHash]) // it wants a first call of its code
  const proxy = await b.deploy(openZeppelinArtifact('TransparentUpgradeableProxy'), [acl.address, timelock.address, first])
  await b.flush()
  const head = await b.head()
  const [admin] = await callsAt(anvil.rpc, [slotCall(lower(proxy.address), SLOT.proxyAdmin)], head.hash)
  all = { provider, acl, timelock, proxy, code, proxyAdmin: as('ProxyAdmin', addressOf(wordAt(admin?.result, 0) as bigint)) }
}

/** Two owners sign, anybody sends. */
const bySafe = async (what: string, to: Address, data: Hex): Promise<void> =>
  b.push(what, owners[0] as Address, safe, await safeCall(safe, owners, nonce++, to, data))
/** Decided now, to be done once the delay is over. */
async function schedule(to: Contract, functionName: string, args: readonly unknown[]): Promise<() => Promise<void>> {
  const operation = [to.address, 0n, call(to, functionName, args), zeroHash, toHex(nonce, { size: 32 })] as const
  await bySafe(`schedule ${functionName}`, all.timelock.address, call(all.timelock, 'schedule', [...operation, BigInt(DELAY_S)]))
  return () => bySafe(`execute ${functionName}`, all.timelock.address, call(all.timelock, 'execute', operation))
}

test('block by block the tables are what the contracts say, and each change has its path', async () => {
  await deployAll()
  const { acl, timelock, provider, proxy, proxyAdmin, code } = all
  const protocol = governance({
    chainId: 31_337,
    accessControls: [{ address: acl.address, roles: Object.keys(ROLE) }],
    owned: [provider.address, proxyAdmin.address],
    proxies: [proxy.address],
    timelocks: [timelock.address],
    safes: [safe],
    own: [],
  })
  const world = createWorld(31_337)
  const fold = new Fold(anvil.rpc, world, [protocol])
  const rows = () =>
    Array.from({ length: world.authorityChanges.count }, (_, row) => {
      const { change, governed, loosens, contract, role, after } = world.authorityChanges.at(row)
      return { change, governed, loosens, contract: addressOf(contract), role: hex32(role), after }
    })
  /** Mines what waits, feeds each new block, compares with the contracts. All changes. */
  const blocks = async () => {
    await b.flush()
    const found: ReturnType<typeof rows>[number][] = []
    const head = await b.head()
    for (let number = (fold.blocks.at(-1)?.number ?? -1) + 1; number <= head.number; number++) {
      await fold.feed(number)
      found.push(...rows())
    }
    await compare(world, head.hash)
    return found
  }
  const mine = async (): Promise<void> => void (await anvil.rpc.call('evm_mine'))
  const wait = async (): Promise<void> => {
    await anvil.rpc.call('evm_setNextBlockTimestamp', [(await b.head()).timeS + DELAY_S])
    await mine()
  }

  // the deployment, read from the first block on: the deployer rules alone
  await blocks()
  expect(holdersOf(world, lower(acl.address), ROLE.DEFAULT_ADMIN_ROLE)).toEqual([lower(deployer)])
  expect(ungovernedHolders(world, ROLE.DEFAULT_ADMIN_ROLE)).toEqual([lower(deployer)])

  // it hands over, by itself: nothing of that is governed
  await b.write(acl, 'grantRole', [zeroHash, timelock.address])
  await b.write(acl, 'addPoolAdmin', [timelock.address])
  await b.write(acl, 'addEmergencyAdmin', [safe])
  await b.write(acl, 'renounceRole', [zeroHash, deployer])
  await b.write(provider, 'transferOwnership', [timelock.address])
  expect(await blocks()).toMatchObject([
    { change: CHANGE.roleGranted, role: zeroHash, governed: 0, loosens: 1, after: addressWord(lower(timelock.address)) },
    { change: CHANGE.roleGranted, role: ROLE.POOL_ADMIN, governed: 0 },
    { change: CHANGE.roleGranted, role: ROLE.EMERGENCY_ADMIN, governed: 0, after: addressWord(lower(safe)) },
    { change: CHANGE.roleRevoked, role: zeroHash, governed: 0, loosens: 0, after: 0n },
    { change: CHANGE.owner, contract: lower(provider.address), governed: 0, loosens: 1 },
  ])
  for (const role of [ROLE.DEFAULT_ADMIN_ROLE, ROLE.POOL_ADMIN, ROLE.EMERGENCY_ADMIN]) expect(ungovernedHolders(world, role)).toEqual([])

  // through Safe and timelock: what is decided is a transaction of the Safe alone, what is done one of both, and governed
  const steps = [
    await schedule(acl, 'addRiskAdmin', [eve]),
    await schedule(acl, 'setRoleAdmin', [ROLE.BRIDGE, roleHash('COUNCIL')]),
    await schedule(acl, 'removeRiskAdmin', [eve]),
    await schedule(proxyAdmin, 'upgradeAndCall', [proxy.address, code.address, '0x']),
    await schedule(timelock, 'updateDelay', [60n]),
  ]
  expect(await blocks()).toEqual([])
  expect(world.executions.count).toBe(steps.length)
  await wait()
  for (const step of steps.slice(0, 1)) await step()
  expect(await blocks()).toMatchObject([{ change: CHANGE.roleGranted, role: ROLE.RISK_ADMIN, governed: 1, loosens: 1 }])
  expect(Array.from({ length: 2 }, (_, row) => addressOf(world.executions.at(row).executor)).sort()).toEqual(
    [lower(safe), lower(timelock.address)].sort(),
  )
  expect(ungovernedHolders(world, ROLE.RISK_ADMIN)).toEqual([lower(eve)])
  for (const step of steps.slice(1)) await step()
  expect(await blocks()).toMatchObject([
    { change: CHANGE.roleAdmin, role: ROLE.BRIDGE, governed: 1, loosens: 1, after: BigInt(roleHash('COUNCIL')) },
    { change: CHANGE.roleRevoked, role: ROLE.RISK_ADMIN, governed: 1, loosens: 0 },
    { change: CHANGE.implementation, governed: 1, loosens: 1, after: addressWord(lower(code.address)) },
    { change: CHANGE.delay, governed: 1, loosens: 1, after: 60n },
  ])
  expect(canUndo(world, lower(acl.address), ROLE.BRIDGE)).toEqual({ holders: [], adminRole: roleHash('COUNCIL'), admins: [] })
  expect(canUndo(world, lower(acl.address), ROLE.POOL_ADMIN).admins).toEqual([lower(timelock.address)])

  // as the timelock, but past its delay: whoever does that has its key, not its governance
  await anvil.rpc.call('anvil_setBalance', [timelock.address, toHex(10n ** 20n)])
  await anvil.rpc.call('anvil_impersonateAccount', [timelock.address])
  const stolen = { from: timelock.address, to: acl.address, data: call(acl, 'addPoolAdmin', [eve]), gas: toHex(1_000_000) }
  await anvil.rpc.call('eth_sendTransaction', [stolen])
  await mine()
  expect(await blocks()).toMatchObject([{ change: CHANGE.roleGranted, role: ROLE.POOL_ADMIN, governed: 0 }])
  expect(ungovernedHolders(world, ROLE.POOL_ADMIN)).toEqual([lower(eve)])

  // without an event: found by reading, when its turn comes
  await anvil.rpc.call('anvil_setStorageAt', [proxy.address, hex32(SLOT.implementation), hex32(addressWord(lower(eve)))])
  for (let n = 0; n < 6; n++) await mine()
  expect(await blocks()).toMatchObject([
    { change: CHANGE.implementation, contract: lower(proxy.address), governed: 0, loosens: 1, after: addressWord(lower(eve)) },
  ])

  // who begins to look only now knows the same facts, and of roles those of executors
  const late = createWorld(31_337)
  const lateFold = new Fold(anvil.rpc, late, [protocol])
  await mine()
  await blocks()
  await lateFold.feed((await b.head()).number)
  expect(late.authorityChanges.count).toBe(0)
  for (const role of [ROLE.DEFAULT_ADMIN_ROLE, ROLE.POOL_ADMIN, ROLE.EMERGENCY_ADMIN])
    expect(holdersOf(late, lower(acl.address), role)).toEqual(
      holdersOf(world, lower(acl.address), role).filter((who) => who !== lower(eve)),
    )
  await compare(late, (await b.head()).hash)

  // the same blocks again give the same bytes
  const again = createWorld(31_337)
  for (const block of fold.blocks) applyTo(again, [protocol], block)
  expect(again.store.dump()).toEqual(world.store.dump())
})

/** Every fact and every grant in the tables, asked of the chain. */
async function compare(world: World, hash: Hex): Promise<void> {
  const ask = async (of: Parameters<typeof callsAt>[1]) => (await callsAt(anvil.rpc, of, hash)).map(({ result }) => wordAt(result, 0))
  const governed = (contract: Contract) => world.governed.at(world.governed.find(lower(contract.address)) ?? 99)
  const { provider, proxyAdmin, proxy, timelock } = all
  expect([governed(provider).owner, governed(proxyAdmin).owner]).toEqual(
    await ask([provider, proxyAdmin].map((c) => callOf(lower(c.address), VIEW.owner))),
  )
  expect([governed(proxy).implementation, governed(proxy).proxyAdmin]).toEqual(
    await ask([SLOT.implementation, SLOT.proxyAdmin].map((slot) => slotCall(lower(proxy.address), slot))),
  )
  expect([BigInt(governed(timelock).delayS)]).toEqual(await ask([callOf(lower(timelock.address), VIEW.getMinDelay)]))
  const { grants, roles } = world
  const known = Array.from({ length: grants.count }, (_, row) => grants.at(row)).map(({ contract, role, holder, active }) => ({
    call: hasRoleCall(addressOf(contract), hex32(role), addressOf(holder)),
    active: BigInt(active),
  }))
  expect(known.map(({ active }) => active)).toEqual(await ask(known.map((one) => one.call)))
  const admins = Array.from({ length: roles.count }, (_, row) => roles.at(row)).map(({ contract, role, admin }) => ({
    call: callOf(addressOf(contract), VIEW.getRoleAdmin, role),
    admin,
  }))
  expect(admins.map(({ admin }) => admin)).toEqual(await ask(admins.map((one) => one.call)))
}
