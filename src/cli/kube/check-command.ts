import { COMMAND_EXIT } from "../../model/exit-codes.ts";
import type { AddCommand } from "../main.ts";

export const addCheck: AddCommand = (program, _cli, act) => {
  program.command("check").action(() => act(() => Promise.resolve(COMMAND_EXIT.done)));
};
