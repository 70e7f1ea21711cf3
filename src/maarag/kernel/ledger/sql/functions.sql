-- The functions of the ledger. Owned by whoever migrates; those of the application run with the owner's rights and
-- a fixed search path, so that it can post and never write a balance itself. What can be done before the wait for
-- the pots is done before.
--
-- Errors are states of class ML: 000 done before under this key, 001 limit passed, 002 period closed, 003 key used
-- for something else, 004 wrong stage, 005 nothing there that the caller may see. The detail is JSON.

-- Money of a spending that several funders share, once `reached` of it has come to a stage: Webster's method, so
-- that no part ever falls while the amount grows, and the whole gives exactly `parts`.
CREATE OR REPLACE FUNCTION public.ledger_shares(parts bigint[], reached bigint) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    whole numeric := 0;
    found bigint[] := '{}';
    rest numeric := reached;
    best integer;
    n integer := cardinality(parts);
BEGIN
    FOR i IN 1..n LOOP
        whole := whole + parts[i];
    END LOOP;
    IF reached = whole THEN
        RETURN parts;
    END IF;
    FOR i IN 1..n LOOP
        found[i] := div(2 * parts[i]::numeric * reached + whole, 2 * whole);
        rest := rest - found[i];
    END LOOP;
    WHILE rest > 0 LOOP
        best := NULL;
        FOR i IN 1..n LOOP
            IF best IS NULL OR parts[i]::numeric * (2 * found[best] + 1) > parts[best]::numeric * (2 * found[i] + 1) THEN
                best := i;
            END IF;
        END LOOP;
        found[best] := found[best] + 1;
        rest := rest - 1;
    END LOOP;
    WHILE rest < 0 LOOP
        best := NULL;
        FOR i IN 1..n LOOP
            CONTINUE WHEN found[i] = 0;
            IF best IS NULL OR parts[i]::numeric * (2 * found[best] - 1) <= parts[best]::numeric * (2 * found[i] - 1) THEN
                best := i;
            END IF;
        END LOOP;
        found[best] := found[best] - 1;
        rest := rest + 1;
    END LOOP;
    RETURN found;
END $$;

CREATE OR REPLACE FUNCTION public.ledger_fail(state text, detail jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'ledger: %', state USING ERRCODE = state, DETAIL = detail::text;
END $$;

-- Rows of a basket are there for its authority alone.
CREATE OR REPLACE FUNCTION public.ledger_sees(authority bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT authority IS NULL
        OR authority = ANY (nullif(current_setting('maarag.authorities', true), '')::bigint[])
$$;

-- Ends the work where the key was used before.
CREATE OR REPLACE FUNCTION public.ledger_once(wanted text, asked text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    known record;
BEGIN
    SELECT e.id, e.content, e.authority_id INTO known FROM public.ledger_entry e WHERE e.key = wanted;
    IF FOUND THEN
        PERFORM public.ledger_fail(
            CASE WHEN known.content = asked AND public.ledger_sees(known.authority_id) THEN 'ML000' ELSE 'ML003' END,
            jsonb_build_object('entry', known.id, 'key', wanted));
    END IF;
END $$;

-- Waits until the pots are this transaction's until its end, in one order for all, those of the nation last. Rows
-- of accounts alone would do, but each commit makes a new version of a row, and all who wait for the old one wake
-- up and queue again for the new; in this queue a commit wakes one.
CREATE OR REPLACE FUNCTION public.ledger_wait(wanted bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7205159, (p.id % 2147483647)::integer)
        FROM (SELECT t.id FROM public.ledger_pot t WHERE t.id = ANY (wanted)
            ORDER BY t.kind <> 'basket', t.id % 2147483647 OFFSET 0) p;
END $$;

-- Appends one entry with its event and its postings; `changes` of `stages` of `pots`, in step, each stage of a pot
-- once. Nobody else changes the accounts of these pots from the wait on; `ledger_apply` would refuse if one had.
CREATE OR REPLACE FUNCTION public.ledger_post(
    kind text, key text, content text, day date, actor bigint, decision bigint, reverses bigint, spending uuid,
    amount bigint, reason text, authority bigint, place bigint, pots bigint[], stages text[], changes bigint[]
) RETURNS public.ledger_entry
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    entry public.ledger_entry;
    told text;
    short record;
    accounts record;
BEGIN
    INSERT INTO public.ledger_entry AS e (kind, key, content, day, at, by_id, decision_id, reverses_id, spending_id,
        amount, reason, authority_id, transaction)
    VALUES (kind, key, content, day, transaction_timestamp(), actor, decision, reverses, spending, amount, reason,
        authority, pg_current_xact_id()::text::bigint)
    ON CONFLICT DO NOTHING RETURNING e.* INTO entry;
    IF entry.id IS NULL THEN
        PERFORM public.ledger_once(key, content);
        PERFORM public.ledger_fail('ML004', jsonb_build_object('entry', reverses));
    END IF;
    SELECT jsonb_build_object('key', key, 'day', day, 'amount', amount, 'decision', decision, 'reverses', reverses,
        'spending', spending, 'reason', reason, 'postings', jsonb_object_agg(w.pot || '.' || w.stage, w.change))::text
        INTO told
        FROM unnest(pots, stages, changes) AS w (pot, stage, change) WHERE w.change <> 0;
    PERFORM public.audit_record(ARRAY[actor], ARRAY['ledger.' || kind], ARRAY['ledger.entry'], ARRAY[entry.id::text],
        ARRAY[coalesce(authority, place)], ARRAY[authority], ARRAY[authority IS NOT NULL], ARRAY[told]);
    PERFORM public.ledger_wait(pots);
    SELECT array_agg(l.id) AS ids, array_agg(l.authority_id) AS authorities, array_agg(l.change) AS changes,
        array_agg(l.balance) AS balances, count(*) FILTER (WHERE l.balance < l.floor) AS short
        INTO accounts
        FROM (
            SELECT a.id, a.authority_id, w.change, a.balance + w.change AS balance, a.floor
            FROM unnest(pots, stages, changes) AS w (pot, stage, change)
            JOIN public.ledger_account a ON a.pot_id = w.pot AND a.stage = w.stage
            WHERE w.change <> 0
            ORDER BY a.authority_id IS NULL, a.id
        ) l;
    IF accounts.short > 0 THEN
        SELECT w.pot, a.floor - a.balance - w.change AS missing, w.stage INTO short
            FROM unnest(pots, stages, changes) AS w (pot, stage, change)
            JOIN public.ledger_account a ON a.pot_id = w.pot AND a.stage = w.stage
            WHERE a.balance + w.change < a.floor
            ORDER BY a.authority_id IS NULL, a.id LIMIT 1;
        PERFORM public.ledger_fail('ML001', to_jsonb(short));
    END IF;
    INSERT INTO public.ledger_posting (entry_id, account_id, authority_id, amount, balance, day, kind)
    SELECT entry.id, u.id, u.authority, u.change, u.balance, day, kind
    FROM unnest(accounts.ids, accounts.authorities, accounts.changes, accounts.balances)
        AS u (id, authority, change, balance);
    RETURN entry;
END $$;

-- Puts money into a pot (below zero: takes it out), from the free money of `source` where there is one.
CREATE OR REPLACE FUNCTION public.ledger_grant(
    source bigint, target bigint, amount bigint, key text, content text, day date, actor bigint, decision bigint,
    OUT code text, OUT detail text, OUT entry public.ledger_entry, OUT spending public.ledger_spending
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    pot record;
    given record;
BEGIN
    PERFORM public.ledger_once(key, content);
    SELECT p.id, p.authority_id, CASE WHEN p.kind = 'basket' THEN p.authority_id END AS keeper INTO pot
        FROM public.ledger_pot p WHERE p.id = target;
    IF pot.id IS NULL OR NOT public.ledger_sees(pot.keeper) THEN
        PERFORM public.ledger_fail('ML005', jsonb_build_object('pot', target));
    END IF;
    IF source IS NULL THEN
        entry := public.ledger_post('grant', key, content, day, actor, decision, NULL, NULL, amount, '', pot.keeper,
            pot.authority_id, ARRAY[target, target], ARRAY['granted', 'free'], ARRAY[-amount, amount]);
    ELSE
        SELECT p.id, CASE WHEN p.kind = 'basket' THEN p.authority_id END AS keeper INTO given
            FROM public.ledger_pot p WHERE p.id = source;
        IF given.id IS NULL OR NOT public.ledger_sees(given.keeper) OR amount <= 0 OR source = target THEN
            PERFORM public.ledger_fail('ML005', jsonb_build_object('pot', source));
        END IF;
        entry := public.ledger_post('transfer', key, content, day, actor, decision, NULL, NULL, amount, '',
            coalesce(pot.keeper, given.keeper), pot.authority_id, ARRAY[source, source, target, target],
            ARRAY['free', 'granted', 'granted', 'free'], ARRAY[-amount, amount, -amount, amount]);
    END IF;
EXCEPTION WHEN SQLSTATE 'ML000' OR SQLSTATE 'ML001' OR SQLSTATE 'ML002' OR SQLSTATE 'ML003' OR SQLSTATE 'ML004'
    OR SQLSTATE 'ML005' THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    IF code = 'ML000' THEN
        SELECT e.* INTO entry FROM public.ledger_entry e WHERE e.id = (detail::jsonb->>'entry')::bigint;
    END IF;
END $$;

-- Plans a spending: each of `wholes` is drawn by the whole amount, `shares` by `parts` that add up to it.
CREATE OR REPLACE FUNCTION public.ledger_plan(
    identity uuid, wholes bigint[], shares bigint[], parts bigint[], amount bigint, key text, content text, day date,
    actor bigint,
    OUT code text, OUT detail text, OUT entry public.ledger_entry, OUT spending public.ledger_spending
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    pots bigint[] := wholes || shares;
    amounts bigint[] := array_fill(amount, ARRAY[cardinality(wholes)]) || parts;
    seen record;
    n integer := cardinality(wholes || shares);
BEGIN
    PERFORM public.ledger_once(key, content);
    SELECT count(*) AS found, coalesce(bool_and(public.ledger_sees(p.keeper)), false) AS visible, max(p.keeper) AS keeper,
        max(p.authority_id) AS place, count(DISTINCT p.keeper) AS keepers, count(DISTINCT p.authority_id) AS places
        INTO seen
        FROM (SELECT p.authority_id, CASE WHEN p.kind = 'basket' THEN p.authority_id END AS keeper
            FROM public.ledger_pot p WHERE p.id = ANY (pots)) p;
    IF seen.found <> n OR n = 0 OR NOT seen.visible OR seen.keepers > 1 OR amount <= 0
        OR cardinality(shares) <> cardinality(parts)
        OR coalesce((SELECT sum(u) FROM unnest(parts) u), amount) <> amount THEN
        PERFORM public.ledger_fail('ML005', jsonb_build_object('pots', pots));
    END IF;
    INSERT INTO public.ledger_spending AS s (id, authority_id, amount, planned, approved, committed, paid, returned, at)
    VALUES (identity, seen.keeper, amount, amount, 0, 0, 0, 0, transaction_timestamp()) RETURNING s.* INTO spending;
    INSERT INTO public.ledger_draw (spending_id, pot_id, authority_id, amount, shared)
    SELECT identity, u.pot, seen.keeper, u.amount, u.n > cardinality(wholes)
    FROM unnest(pots, amounts) WITH ORDINALITY AS u (pot, amount, n) ORDER BY u.n;
    entry := public.ledger_post('plan', key, content, day, actor, NULL, NULL, identity, amount, '', seen.keeper,
        CASE WHEN seen.places = 1 THEN seen.place END, pots || pots,
        array_fill('planned'::text, ARRAY[n]) || array_fill('foreseen'::text, ARRAY[n]),
        amounts || ARRAY(SELECT -u.a FROM unnest(amounts) WITH ORDINALITY AS u (a, n) ORDER BY u.n));
EXCEPTION WHEN SQLSTATE 'ML000' OR SQLSTATE 'ML001' OR SQLSTATE 'ML002' OR SQLSTATE 'ML003' OR SQLSTATE 'ML004'
    OR SQLSTATE 'ML005' THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    IF code = 'ML000' THEN
        SELECT e.* INTO entry FROM public.ledger_entry e WHERE e.id = (detail::jsonb->>'entry')::bigint;
        SELECT s.* INTO spending FROM public.ledger_spending s WHERE s.id = entry.spending_id;
    END IF;
END $$;

-- Posts what follows for every pot of a spending whose money stands at other stages than before.
CREATE OR REPLACE FUNCTION public.ledger_follow(
    kind text, key text, content text, day date, actor bigint, decision bigint, reverses bigint, moved bigint,
    reason text, before public.ledger_spending, after public.ledger_spending
) RETURNS public.ledger_entry
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    draw record;
    parts bigint[] := ARRAY(
        SELECT d.amount FROM public.ledger_draw d WHERE d.spending_id = before.id AND d.shared ORDER BY d.id);
    share integer := 0;
    -- how much has come at least to: paid, committed, approved, planned
    was bigint[] := ARRAY[before.paid, before.paid + before.committed,
        before.paid + before.committed + before.approved,
        before.paid + before.committed + before.approved + before.planned];
    now bigint[] := ARRAY[after.paid, after.paid + after.committed, after.paid + after.committed + after.approved,
        after.paid + after.committed + after.approved + after.planned];
    -- by how much that grew for each share: those of one stage after those of another
    shared bigint[] := '{}';
    delta bigint[];
    older bigint[];
    newer bigint[];
    pots bigint[] := '{}';
    stages text[] := '{}';
    changes bigint[] := '{}';
BEGIN
    IF cardinality(parts) > 1 THEN
        FOR i IN 1..4 LOOP
            IF was[i] = now[i] THEN
                shared := shared || array_fill(0::bigint, ARRAY[cardinality(parts)]);
            ELSE
                older := public.ledger_shares(parts, was[i]);
                newer := public.ledger_shares(parts, now[i]);
                FOR n IN 1..cardinality(parts) LOOP
                    shared := shared || (newer[n] - older[n]);
                END LOOP;
            END IF;
        END LOOP;
    END IF;
    FOR draw IN
        SELECT d.pot_id, d.shared FROM public.ledger_draw d WHERE d.spending_id = before.id ORDER BY d.id
    LOOP
        delta := ARRAY[now[1] - was[1], now[2] - was[2], now[3] - was[3], now[4] - was[4]];
        IF draw.shared AND cardinality(parts) > 1 THEN
            share := share + 1;
            FOR i IN 1..4 LOOP
                delta[i] := shared[(i - 1) * cardinality(parts) + share];
            END LOOP;
        END IF;
        pots := pots || array_fill(draw.pot_id, ARRAY[6]);
        stages := stages || ARRAY['paid', 'committed', 'approved', 'free', 'planned', 'foreseen'];
        changes := changes || ARRAY[delta[1], delta[2] - delta[1], delta[3] - delta[2], -delta[3],
            delta[4] - delta[3], delta[3] - delta[4]];
    END LOOP;
    RETURN public.ledger_post(kind, key, content, day, actor, decision, reverses, before.id, moved, reason,
        before.authority_id, NULL, pots, stages, changes);
END $$;

-- Moves money of a spending onwards: kind approve, commit, pay, return (of what is not paid), reverse (of payments:
-- one counter entry for each, or for `which` alone). `asked`: how much; NULL: all that can be.
CREATE OR REPLACE FUNCTION public.ledger_move(
    kind text, identity uuid, asked bigint, key text, content text, day date, actor bigint, decision bigint,
    which bigint, reason text,
    OUT code text, OUT detail text, OUT entry public.ledger_entry, OUT spending public.ledger_spending
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    latest public.ledger_entry;
    before public.ledger_spending;
    amount bigint;
    can bigint;
    wanted text := kind;
    left_over bigint;
    part bigint;
    payment record;
    n integer := 0;
BEGIN
    SELECT s.* INTO before FROM public.ledger_spending s WHERE s.id = identity FOR NO KEY UPDATE;
    IF before.id IS NULL OR NOT public.ledger_sees(before.authority_id) THEN
        PERFORM public.ledger_fail('ML005', jsonb_build_object('spending', identity));
    END IF;
    PERFORM public.ledger_once(key, content);
    -- without a word, what is not paid returns; where all is paid, the payments are reversed
    IF wanted = 'undo' THEN
        wanted := CASE WHEN before.planned + before.approved + before.committed > 0 THEN 'return' ELSE 'reverse' END;
    END IF;
    can := CASE wanted WHEN 'approve' THEN before.planned WHEN 'commit' THEN before.approved
        WHEN 'pay' THEN before.committed WHEN 'return' THEN before.planned + before.approved + before.committed
        WHEN 'reverse' THEN before.paid ELSE 0 END;
    amount := coalesce(asked, can);
    IF amount <= 0 OR amount > can THEN
        PERFORM public.ledger_fail('ML004', jsonb_build_object('wanted', wanted, 'can', can, 'asked', asked));
    END IF;
    spending := before;
    IF wanted = 'reverse' THEN
        -- all at once: the entries that follow lock them one after the other
        PERFORM public.ledger_wait(ARRAY(SELECT d.pot_id FROM public.ledger_draw d WHERE d.spending_id = identity));
        FOR payment IN
            SELECT e.id, e.amount FROM public.ledger_entry e
            WHERE e.spending_id = identity AND e.kind = 'pay' AND (which IS NULL OR e.id = which)
            AND NOT EXISTS (SELECT FROM public.ledger_entry r WHERE r.reverses_id = e.id) ORDER BY e.id DESC
        LOOP
            before := spending;
            spending.paid := before.paid - payment.amount;
            spending.returned := before.returned + payment.amount;
            n := n + 1;
            latest := public.ledger_follow('reverse', CASE WHEN n = 1 THEN key ELSE key || '#' || n END, content, day,
                actor, decision, payment.id, payment.amount, reason, before, spending);
            IF n = 1 THEN
                entry := latest;
            END IF;
        END LOOP;
        IF n = 0 THEN
            PERFORM public.ledger_fail('ML004', jsonb_build_object('wanted', wanted, 'can', 0, 'asked', asked));
        END IF;
        UPDATE public.ledger_spending s SET paid = spending.paid, returned = spending.returned
            WHERE s.id = identity;
    ELSE
        IF wanted = 'approve' THEN
            spending.planned := before.planned - amount;
            spending.approved := before.approved + amount;
        ELSIF wanted = 'commit' THEN
            spending.approved := before.approved - amount;
            spending.committed := before.committed + amount;
        ELSIF wanted = 'pay' THEN
            spending.committed := before.committed - amount;
            spending.paid := before.paid + amount;
        ELSE
            left_over := amount;
            part := least(before.planned, left_over);
            spending.planned := before.planned - part;
            left_over := left_over - part;
            part := least(before.approved, left_over);
            spending.approved := before.approved - part;
            spending.committed := before.committed - (left_over - part);
            spending.returned := before.returned + amount;
        END IF;
        UPDATE public.ledger_spending s SET planned = spending.planned, approved = spending.approved,
            committed = spending.committed, paid = spending.paid, returned = spending.returned WHERE s.id = identity;
        entry := public.ledger_follow(wanted, key, content, day, actor, decision, NULL, amount, reason, before, spending);
    END IF;
EXCEPTION WHEN SQLSTATE 'ML000' OR SQLSTATE 'ML001' OR SQLSTATE 'ML002' OR SQLSTATE 'ML003' OR SQLSTATE 'ML004'
    OR SQLSTATE 'ML005' THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    spending := NULL;
    IF code = 'ML000' THEN
        SELECT e.* INTO entry FROM public.ledger_entry e WHERE e.id = (detail::jsonb->>'entry')::bigint;
        SELECT s.* INTO spending FROM public.ledger_spending s WHERE s.id = identity;
    END IF;
END $$;
