// Pages that show what was recorded: only the frame around them is live.
import { endTrial } from "./live.js";

endTrial(() => {});
