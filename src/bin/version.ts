declare const SLUICE_VERSION: string | undefined;

/** As package.json says; put in by the build. */
export const VERSION = typeof SLUICE_VERSION === "undefined" ? "0.0.0" : SLUICE_VERSION;
