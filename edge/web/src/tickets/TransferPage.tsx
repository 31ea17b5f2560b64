import { useState } from "preact/hooks";
import { RequireAccount } from "../account/RequireAccount";
import { Problem } from "../api/problem";
import { acceptTransfer } from "../api/routes";
import type { Ticket } from "../api/types";
import { t } from "../i18n";
import { Notice } from "../ui/Notice";
import { Page } from "../ui/Page";
import { TicketCard } from "./TicketCard";

/** `/transfers/{t}`: the offer that a mail leads to. */
export default function TransferPage({ id }: { id: string }) {
  return (
    <Page title={t.tickets.offer.title} lead={t.tickets.offer.intro}>
      <RequireAccount why={t.tickets.offer.why}>
        <Offer transferId={id} />
      </RequireAccount>
    </Page>
  );
}

function Offer({ transferId }: { transferId: string }) {
  const [ticket, setTicket] = useState<Ticket | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const accept = async () => {
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      setTicket(await acceptTransfer(transferId));
    } catch (error) {
      setFailure(explain(error));
    } finally {
      setBusy(false);
    }
  };
  if (ticket)
    return (
      <div class="stack">
        <Notice tone="ok" focus live="polite">
          <p>{t.tickets.offer.accepted}</p>
        </Notice>
        <TicketCard ticket={ticket} heading="h2" isOpen />
        <p>
          <a href="/tickets">{t.common.nav.tickets}</a>
        </p>
      </div>
    );
  return (
    <div class="stack">
      {failure && (
        <Notice tone="warn" focus live="assertive">
          <p>{failure}</p>
        </Notice>
      )}
      <p>
        <button class="button" aria-busy={isBusy} onClick={() => void accept()}>
          {t.tickets.offer.accept}
        </button>
      </p>
    </div>
  );
}

function explain(error: unknown): string {
  if (!(error instanceof Problem)) return t.tickets.passOn.failed;
  if (error.status === 404) return t.tickets.offer.none;
  return error.status === 409 ? t.tickets.offer.ended : t.tickets.passOn.failed;
}
