/** What is chosen in a dashboard on a Postgres data source. */
export interface Chosen {
  /** RFC 3339, in UTC. */
  readonly from: string;
  readonly to: string;
  readonly dataset: string;
}

/** As Grafana hands it to Postgres: the page puts in the variables, and its backend the macros of the time. */
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
