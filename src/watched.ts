// What a config watches: adapters put together, with the venue one may act on. Values that a config file imports; a file a protocol.
export { entryId } from './core/guard-entry.ts'
/** Governance adds to the Guard what these make of the same values as the config. */
export { aaveGuardEntries } from './protocols/aave-v3/entries.ts'
export { aaveV3Pool } from './watched/aave-v3.ts'
export { bridgeGateways } from './watched/bridge.ts'
export { chainlinkFeeds } from './watched/chainlink.ts'
export { erc20Tokens } from './watched/erc20.ts'
export { erc4626Vaults } from './watched/erc4626.ts'
export { governance } from './watched/governance.ts'
export type { Watched } from './watched/parts.ts'
export { uniswapV2Pools } from './watched/uniswap-v2.ts'
export { uniswapV3Pools } from './watched/uniswap-v3.ts'
export { uniswapV4Pools } from './watched/uniswap-v4.ts'
