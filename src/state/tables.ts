// The schemas of all tables: what a block leaves behind. Adapters write them, detectors and decisions read them.
// Suffixes: E8 = USD with 8 decimals, Bps = 1/10,000, S = seconds, Usd = float USD for statistics. Row references are row + 1; 0 is none.
export * from './tables/authority.ts'
export * from './tables/chain.ts'
export * from './tables/exchange.ts'
export * from './tables/guard.ts'
export * from './tables/latency.ts'
export * from './tables/lending.ts'
export * from './tables/oracle.ts'
export * from './tables/token.ts'
export * from './tables/venue.ts'
