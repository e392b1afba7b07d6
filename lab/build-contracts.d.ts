// Type of the one plain-JavaScript script that the lab calls.
declare module '*/scripts/build-contracts.mjs' {
  export function buildContracts(options?: { verbose?: boolean }): Promise<void>
}
