/** The selection in a dashboard with a Postgres data source. */
export interface Chosen {
  /** RFC 3339, in UTC. */
  readonly from: string;
  readonly to: string;
  readonly dataset: string;
}

/** The SQL that Grafana sends to Postgres: the page replaces variables, the backend the macros of the time range. */
export function expanded(sql: string, { from, to, dataset }: Chosen): string {
  const quoted = `'${dataset.replaceAll("'", "''")}'`;
  const withVariables = sql.replaceAll("${dataset:sqlstring}", () => quoted);
  return withVariables.replace(/\$([_a-zA-Z0-9]+)\(([^)]*)\)/g, (_, name: string, column: string) => {
    switch (name) {
      case "__timeFilter":
        return `${column.trim()} BETWEEN '${from}' AND '${to}'`;
      case "__timeFrom":
        return `'${from}'`;
      case "__timeTo":
        return `'${to}'`;
      default:
        throw new Error(`unknown macro "${name}"`);
    }
  });
}
