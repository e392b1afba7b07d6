// The few words that contracts of governance speak: OpenZeppelin's AccessControl, Ownable and TimelockController, EIP-1967, Safe, our Guard.
import { toEventSelector, toFunctionSelector } from 'viem'
import { Guard } from '../../contracts/Guard.ts'

const ofGuard = (name: 'Executed' | 'Ended') => {
  const item = Guard.abi.find((one) => one.type === 'event' && one.name === name)
  if (item?.type !== 'event') throw new TypeError(`the Guard has no event ${name}`)
  return toEventSelector(item)
}

export const TOPIC = {
  roleGranted: toEventSelector('RoleGranted(bytes32,address,address)'),
  roleRevoked: toEventSelector('RoleRevoked(bytes32,address,address)'),
  roleAdminChanged: toEventSelector('RoleAdminChanged(bytes32,bytes32,bytes32)'),
  ownershipTransferred: toEventSelector('OwnershipTransferred(address,address)'),
  upgraded: toEventSelector('Upgraded(address)'),
  adminChanged: toEventSelector('AdminChanged(address,address)'),
  minDelayChange: toEventSelector('MinDelayChange(uint256,uint256)'),
  callExecuted: toEventSelector('CallExecuted(bytes32,uint256,address,uint256,bytes)'),
  executionSuccess: toEventSelector('ExecutionSuccess(bytes32,uint256)'),
  guardExecuted: ofGuard('Executed'),
  guardEnded: ofGuard('Ended'),
} as const

export const VIEW = {
  owner: toFunctionSelector('owner()'),
  getMinDelay: toFunctionSelector('getMinDelay()'),
  implementation: toFunctionSelector('implementation()'),
  getRoleAdmin: toFunctionSelector('getRoleAdmin(bytes32)'),
  hasRole: toFunctionSelector('hasRole(bytes32,address)'),
} as const

/** EIP-1967: hash of `eip1967.proxy.implementation` and of `eip1967.proxy.admin`, less one. */
export const SLOT = {
  implementation: 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbcn,
  proxyAdmin: 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103n,
} as const
