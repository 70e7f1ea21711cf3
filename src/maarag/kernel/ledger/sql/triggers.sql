-- What PostgreSQL refuses, whoever asks.

CREATE OR REPLACE FUNCTION public.ledger_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- A pot is opened with its accounts.
CREATE OR REPLACE FUNCTION public.ledger_open() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.ledger_account (pot_id, stage, authority_id, balance, floor)
    SELECT n.id, s.stage, CASE WHEN n.kind = 'basket' THEN n.authority_id END, 0, s.floor
    FROM new_rows n CROSS JOIN (VALUES ('granted', NULL), ('free', 0), ('approved', 0), ('committed', 0), ('paid', 0),
        ('planned', 0), ('foreseen', NULL)) AS s (stage, floor)
    ORDER BY n.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION public.ledger_keep_pot() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.kind, NEW.code) IS DISTINCT FROM (OLD.id, OLD.kind, OLD.code)
        OR NEW.authority_id IS DISTINCT FROM OLD.authority_id THEN
        RAISE EXCEPTION 'a pot keeps its kind, code and authority' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- Balances begin at zero and change by postings alone: by the trigger that applies those.
CREATE OR REPLACE FUNCTION public.ledger_keep_balance() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'balances begin at zero and change by postings alone' USING ERRCODE = 'insufficient_privilege';
END $$;

-- Whoever closes a period waits for the entries under way, and those after it see that it is closed.
CREATE OR REPLACE FUNCTION public.ledger_begin_entry() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7205159405);
    NEW.transaction := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION public.ledger_close_period() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7205159405);
    NEW.at := clock_timestamp();  -- after the wait: the entries that were under way are earlier
    RETURN NEW;
END $$;

-- Applies postings to the balances.
CREATE OR REPLACE FUNCTION public.ledger_apply() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    tx bigint := pg_current_xact_id()::text::bigint;
    closed record;
    applied bigint;
BEGIN
    IF EXISTS (SELECT FROM public.ledger_closedperiod c WHERE c.ends >= (SELECT min(n.day) FROM new_rows n)) THEN
        -- whose pot was hit, so that the next open day is one for that pot: of several, one of an authority
        SELECT c.id, c.starts, c.ends, p.authority_id INTO closed
            FROM public.ledger_closedperiod c, new_rows n
            JOIN public.ledger_account a ON a.id = n.account_id JOIN public.ledger_pot p ON p.id = a.pot_id
            WHERE n.day BETWEEN c.starts AND c.ends AND (c.authority_id IS NULL OR c.authority_id = p.authority_id)
            ORDER BY p.authority_id NULLS LAST, c.ends DESC LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'ledger: the period is closed' USING ERRCODE = 'ML002',
                DETAIL = jsonb_build_object('starts', closed.starts, 'ends', closed.ends,
                    'authority', closed.authority_id)::text;
        END IF;
    END IF;
    WITH changed AS (
        UPDATE public.ledger_account a SET balance = a.balance + n.amount
        FROM new_rows n JOIN public.ledger_entry e
            ON e.id = n.entry_id AND e.transaction = tx AND e.day = n.day AND e.kind = n.kind
        WHERE a.id = n.account_id
        RETURNING a.balance = n.balance AND a.authority_id IS NOT DISTINCT FROM n.authority_id AS agrees
    )
    SELECT count(*) FILTER (WHERE c.agrees) INTO applied FROM changed c;
    IF applied <> (SELECT count(*) FROM new_rows) THEN
        RAISE EXCEPTION 'a posting is of an entry of its own transaction and tells the balance after it'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

-- At commit: the postings of an entry add up to zero, in each pot and so in all.
CREATE OR REPLACE FUNCTION public.ledger_balanced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    IF coalesce((
        SELECT bool_or(g.total <> 0) FROM (
            SELECT sum(m.amount) AS total FROM (
                -- the account by a query of its own: as a join, a plan made without figures of the tables may begin
                -- with all accounts, once for each entry
                SELECT p.amount, (SELECT a.pot_id FROM public.ledger_account a WHERE a.id = p.account_id) AS pot
                FROM public.ledger_posting p WHERE p.entry_id = NEW.id OFFSET 0
            ) m GROUP BY m.pot
        ) g), true) THEN
        RAISE EXCEPTION 'the postings of entry % do not add up to zero', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER ledger_open AFTER INSERT ON public.ledger_pot REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_open();
CREATE OR REPLACE TRIGGER ledger_keep BEFORE UPDATE ON public.ledger_pot FOR EACH ROW
    EXECUTE FUNCTION public.ledger_keep_pot();
DROP TRIGGER IF EXISTS ledger_keep ON public.ledger_account;
CREATE OR REPLACE TRIGGER ledger_begin BEFORE INSERT ON public.ledger_account FOR EACH ROW
    WHEN (NEW.balance <> 0) EXECUTE FUNCTION public.ledger_keep_balance();
-- the condition is looked at by the executor itself, which costs nothing for each posting
CREATE OR REPLACE TRIGGER ledger_keep BEFORE UPDATE ON public.ledger_account FOR EACH ROW
    WHEN (pg_trigger_depth() < 1 OR (OLD.id, OLD.pot_id, OLD.stage) IS DISTINCT FROM (NEW.id, NEW.pot_id, NEW.stage)
        OR OLD.authority_id IS DISTINCT FROM NEW.authority_id OR OLD.floor IS DISTINCT FROM NEW.floor)
    EXECUTE FUNCTION public.ledger_keep_balance();
CREATE OR REPLACE TRIGGER ledger_begin BEFORE INSERT ON public.ledger_entry FOR EACH ROW
    EXECUTE FUNCTION public.ledger_begin_entry();
CREATE OR REPLACE TRIGGER ledger_close BEFORE INSERT ON public.ledger_closedperiod FOR EACH ROW
    EXECUTE FUNCTION public.ledger_close_period();
CREATE OR REPLACE TRIGGER ledger_apply AFTER INSERT ON public.ledger_posting REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_apply();
DROP TRIGGER IF EXISTS ledger_balanced ON public.ledger_entry;
CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON public.ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.ledger_balanced();
