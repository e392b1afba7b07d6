// The few words that a Safe speaks, 1.3 and 1.4: events by topic, views by selector, and the slots of what no view returns.
import { toEventSelector, toFunctionSelector } from 'viem'

export const TOPIC = {
  addedOwner: toEventSelector('AddedOwner(address)'),
  removedOwner: toEventSelector('RemovedOwner(address)'),
  changedThreshold: toEventSelector('ChangedThreshold(uint256)'),
  enabledModule: toEventSelector('EnabledModule(address)'),
  disabledModule: toEventSelector('DisabledModule(address)'),
  changedGuard: toEventSelector('ChangedGuard(address)'),
  changedFallbackHandler: toEventSelector('ChangedFallbackHandler(address)'),
  moduleSucceeded: toEventSelector('ExecutionFromModuleSuccess(address)'),
  executed: toEventSelector('ExecutionSuccess(bytes32,uint256)'),
  failed: toEventSelector('ExecutionFailure(bytes32,uint256)'),
} as const

export const VIEW = {
  owners: toFunctionSelector('getOwners()'),
  threshold: toFunctionSelector('getThreshold()'),
  modules: toFunctionSelector('getModulesPaginated(address,uint256)'),
} as const

/** Head and end of the Safe's lists. */
export const SENTINEL = 1n
/** A Safe with more modules than this shows its first ones. */
export const MOST_MODULES = 64n

export const SLOT = {
  /** Of the proxy: the code that it runs. */
  singleton: 0n,
  /** Hash of `guard_manager.guard.address`. */
  guard: 0x4a204f620c8c5ccdca3fd54d003badd85ba500436a431f0cbda4f558c93c34c8n,
  /** Hash of `fallback_manager.handler.address`. */
  fallbackHandler: 0x6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5n,
} as const
