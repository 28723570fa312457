/** The environment variable that stands for one key of a Secret: "api-keys", "ripe.token" as SLUICE_SECRET_API_KEYS_RIPE_TOKEN. */
export function secretVariable(name: string, key: string): string {
  return `SLUICE_SECRET_${name}_${key}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}
