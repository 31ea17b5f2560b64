import { t } from "../i18n";
import { Page } from "./Page";

export function NotFound({ embedded = false }: { embedded?: boolean }) {
  const text = (
    <>
      <p>{t.common.notFound.text}</p>
      <p>
        <a class="button" href="/">
          {t.common.notFound.home}
        </a>
      </p>
    </>
  );
  if (embedded)
    return (
      <section class="stack">
        <h2>{t.common.notFound.title}</h2>
        {text}
      </section>
    );
  return <Page title={t.common.notFound.title}>{text}</Page>;
}
