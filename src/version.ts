// The build's version: part of the rules' hash, so that a record says which build judged.
export const VERSION = '0.1.0'
