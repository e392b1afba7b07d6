// What a call would do that hands power or money on, by its selector: the calls that attackers of governance have queued or would.
import { toFunctionSelector } from 'viem'
import type { Hex } from '../../core/flow.ts'
import { wordAt } from '../../core/words.ts'
import { DANGER } from '../../state/tables.ts'

export interface Danger {
  readonly danger: number
  /** Whom it favours, or what it sets; 0: the call doesn't say. */
  readonly favours: bigint
  readonly amount: bigint
}

/** Which argument is meant: its number among the words, or the first element of the array whose offset stands there. */
type Where = number | { readonly firstOf: number }
interface Form {
  readonly danger: number
  readonly favours?: Where
  readonly amount?: Where
  /** Only with this amount. */
  readonly onlyAmount?: bigint
  /** What it amounts to, where its argument is no number. */
  readonly meaning?: bigint
}

const FORMS: readonly (readonly [string, Form])[] = [
  // who may
  ['grantRole(bytes32,address)', { danger: DANGER.role, favours: 1 }],
  ['grantRole(uint64,address,uint32)', { danger: DANGER.role, favours: 1 }],
  ['setRoleAdmin(bytes32,bytes32)', { danger: DANGER.role }],
  ['addPoolAdmin(address)', { danger: DANGER.role, favours: 0 }],
  ['addEmergencyAdmin(address)', { danger: DANGER.role, favours: 0 }],
  ['addRiskAdmin(address)', { danger: DANGER.role, favours: 0 }],
  ['addAssetListingAdmin(address)', { danger: DANGER.role, favours: 0 }],
  ['setACLAdmin(address)', { danger: DANGER.role, favours: 0 }],
  ['transferOwnership(address)', { danger: DANGER.owner, favours: 0 }],
  ['setOwner(address)', { danger: DANGER.owner, favours: 0 }],
  ['setPendingAdmin(address)', { danger: DANGER.owner, favours: 0 }],
  ['_setPendingAdmin(address)', { danger: DANGER.owner, favours: 0 }],
  ['nominateNewOwner(address)', { danger: DANGER.owner, favours: 0 }],
  ['changeAdmin(address)', { danger: DANGER.owner, favours: 0 }],
  ['changeProxyAdmin(address,address)', { danger: DANGER.owner, favours: 1 }],
  // which code
  ['upgradeTo(address)', { danger: DANGER.upgrade, favours: 0 }],
  ['upgradeToAndCall(address,bytes)', { danger: DANGER.upgrade, favours: 0 }],
  ['upgrade(address,address)', { danger: DANGER.upgrade, favours: 1 }],
  ['upgradeAndCall(address,address,bytes)', { danger: DANGER.upgrade, favours: 1 }],
  ['_setImplementation(address)', { danger: DANGER.upgrade, favours: 0 }],
  ['setPoolImpl(address)', { danger: DANGER.upgrade, favours: 0 }],
  ['setPoolConfiguratorImpl(address)', { danger: DANGER.upgrade, favours: 0 }],
  ['setAddressAsProxy(bytes32,address)', { danger: DANGER.upgrade, favours: 1 }],
  ['setAddress(bytes32,address)', { danger: DANGER.upgrade, favours: 1 }],
  ['diamondCut((address,uint8,bytes4[])[],address,bytes)', { danger: DANGER.upgrade, favours: 1 }],
  // whose price
  ['setAssetSources(address[],address[])', { danger: DANGER.oracleSource, favours: { firstOf: 1 } }],
  ['setFallbackOracle(address)', { danger: DANGER.oracleSource, favours: 0 }],
  ['setPriceOracle(address)', { danger: DANGER.oracleSource, favours: 0 }],
  ['_setPriceOracle(address)', { danger: DANGER.oracleSource, favours: 0 }],
  ['setOracle(address)', { danger: DANGER.oracleSource, favours: 0 }],
  ['setPricer(address)', { danger: DANGER.oracleSource, favours: 0 }],
  ['setAssetPricer(address,address)', { danger: DANGER.oracleSource, favours: 1 }],
  ['proposeAggregator(address)', { danger: DANGER.oracleSource, favours: 0 }],
  ['confirmAggregator(address)', { danger: DANGER.oracleSource, favours: 0 }],
  // Aave: a cap of 0 is none, and a ceiling of 0 ends isolation
  ['setSupplyCap(address,uint256)', { danger: DANGER.unlimitedCap, favours: 0, amount: 1, onlyAmount: 0n }],
  ['setBorrowCap(address,uint256)', { danger: DANGER.unlimitedCap, favours: 0, amount: 1, onlyAmount: 0n }],
  ['setDebtCeiling(address,uint256)', { danger: DANGER.unlimitedCap, favours: 0, amount: 1, onlyAmount: 0n }],
  // money
  ['transfer(address,uint256)', { danger: DANGER.payout, favours: 0, amount: 1 }],
  ['transferFrom(address,address,uint256)', { danger: DANGER.payout, favours: 1, amount: 2 }],
  ['rescueTokens(address,address,uint256)', { danger: DANGER.payout, favours: 1, amount: 2 }],
  ['approve(address,uint256)', { danger: DANGER.approval, favours: 0, amount: 1 }],
  ['increaseAllowance(address,uint256)', { danger: DANGER.approval, favours: 0, amount: 1 }],
  ['setApprovalForAll(address,bool)', { danger: DANGER.approval, favours: 0, amount: 1, onlyAmount: 1n, meaning: 2n ** 256n - 1n }],
  ['mint(address,uint256)', { danger: DANGER.mint, favours: 0, amount: 1 }],
  // Safes and timelocks themselves
  ['addOwnerWithThreshold(address,uint256)', { danger: DANGER.signers, favours: 0, amount: 1 }],
  ['swapOwner(address,address,address)', { danger: DANGER.signers, favours: 2 }],
  ['removeOwner(address,address,uint256)', { danger: DANGER.signers, amount: 2 }],
  ['changeThreshold(uint256)', { danger: DANGER.signers, amount: 0 }],
  ['enableModule(address)', { danger: DANGER.module, favours: 0 }],
  ['setGuard(address)', { danger: DANGER.module, favours: 0 }],
  ['setFallbackHandler(address)', { danger: DANGER.module, favours: 0 }],
  ['updateDelay(uint256)', { danger: DANGER.delay, amount: 0 }],
  ['setDelay(uint256)', { danger: DANGER.delay, amount: 0 }],
]

const BY_SELECTOR = new Map(FORMS.map(([signature, form]) => [toFunctionSelector(signature), form] as const))
const NONE: Danger = { danger: DANGER.none, favours: 0n, amount: 0n }

export function dangerOf(data: Hex): Danger {
  const form = BY_SELECTOR.get(data.slice(0, 10) as Hex)
  if (form === undefined) return NONE
  const args: Hex = `0x${data.slice(10)}`
  const [favours, amount] = [form.favours, form.amount].map((where) => (where === undefined ? 0n : argument(args, where)))
  // what is cut short would fail; whoever queued it has nothing of it
  if (favours === undefined || amount === undefined) return NONE
  if (form.onlyAmount !== undefined && form.onlyAmount !== amount) return NONE
  return { danger: form.danger, favours, amount: form.meaning ?? amount }
}

function argument(args: Hex, where: Where): bigint | undefined {
  if (typeof where === 'number') return wordAt(args, where)
  const offset = wordAt(args, where.firstOf)
  if (offset === undefined || offset % 32n !== 0n || offset > BigInt(args.length)) return undefined
  return wordAt(args, Number(offset / 32n) + 1)
}
