import { account } from "./account";
import { checkout } from "./checkout";
import { common } from "./common";
import { event } from "./event";
import { gate } from "./gate";
import { home } from "./home";
import { line } from "./line";
import { orders } from "./orders";
import { organise } from "./organise";
import { seats } from "./seats";
import { tickets } from "./tickets";

/** English. A second language is a folder beside this one of the type Messages. */
export const en = { common, account, home, event, line, seats, checkout, orders, tickets, gate, organise };

export type Messages = typeof en;
