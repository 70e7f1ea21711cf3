-- The functions of the audit. Owned by whoever migrates; each runs with the owner's rights and a fixed search
-- path, so that the application can append and never write the record itself. Plans are kept: making one takes
-- longer than what these statements do.

-- Microseconds since 1970: one spelling of a moment, whatever the session's time zone.
CREATE OR REPLACE FUNCTION public.audit_moment(timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT (extract(epoch FROM $1) * 1000000)::bigint $$;

CREATE OR REPLACE FUNCTION public.audit_hash(text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT sha256(convert_to($1, 'UTF8')) $$;

-- The digest of an event, from its payload's digest in hex.
CREATE OR REPLACE FUNCTION public.audit_event_digest(
    id bigint, at timestamptz, transaction bigint, authority bigint, personal boolean, actor bigint, action text,
    subject_type text, subject_id text, place bigint, payload text
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(json_build_array('event', id, public.audit_moment(at), transaction, authority,
        personal, actor, action, subject_type, subject_id, place, payload)::text, 'UTF8'))
$$;

-- Notes the newest entry of the transaction; the trigger of that entry is the one that seals.
CREATE OR REPLACE FUNCTION public.audit_note(entry bigint) RETURNS void
LANGUAGE sql VOLATILE AS $$
    SELECT set_config('maarag.entry', pg_current_xact_id()::text || ':' || entry, true)
$$;

-- An event written row by row, past audit_record.
CREATE OR REPLACE FUNCTION public.audit_complete_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    NEW.at := transaction_timestamp();
    NEW.transaction := pg_current_xact_id()::text::bigint;
    NEW.erased := NULL;
    IF NEW.authority_id IS NULL AND NEW.place_id IS NOT NULL THEN
        NEW.authority_id := (
            SELECT c.ancestor_id FROM public.places_containment c JOIN public.places_place p ON p.id = c.ancestor_id
            WHERE c.descendant_id = NEW.place_id AND p.kind = 'authority' ORDER BY c.depth LIMIT 1);
    END IF;
    NEW.salt := CASE WHEN NEW.personal THEN gen_random_uuid() END;
    NEW.digest := public.audit_event_digest(NEW.id, NEW.at, NEW.transaction, NEW.authority_id, NEW.personal,
        NEW.actor_id, NEW.action, NEW.subject_type, NEW.subject_id, NEW.place_id,
        encode(public.audit_hash(coalesce(NEW.salt::text, '') || NEW.changes::text), 'hex'));
    PERFORM public.audit_note(NEW.id);
    RETURN NEW;
END $$;

-- Appends events, all by one statement; gives their ids in the order of the arrays. `within`: minutes in which
-- the same actor's same action on the same record is one event (nothing is then appended for it); 0: never.
CREATE OR REPLACE FUNCTION public.audit_record(
    actors bigint[], actions text[], types text[], ids text[], places bigint[], authorities bigint[],
    personals boolean[], payloads text[], within integer DEFAULT 0
) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    tx bigint := pg_current_xact_id()::text::bigint;
BEGIN
    RETURN QUERY
    INSERT INTO public.audit_auditevent (id, at, actor_id, action, subject_type, subject_id, place_id,
        authority_id, personal, changes, transaction, salt, digest)
    SELECT e.id, transaction_timestamp(), e.actor, e.action, e.kind, e.subject, e.place, e.authority, e.personal,
        e.payload, tx, e.salt,
        public.audit_event_digest(e.id, transaction_timestamp(), tx, e.authority, e.personal, e.actor, e.action,
            e.kind, e.subject, e.place, encode(public.audit_hash(coalesce(e.salt::text, '') || e.payload::text), 'hex'))
    FROM (
        SELECT nextval('public.audit_auditevent_id_seq') AS id, u.actor, u.action, u.kind, u.subject, u.place,
            u.personal, u.payload::jsonb AS payload, CASE WHEN u.personal THEN gen_random_uuid() END AS salt,
            coalesce(u.authority, (
                SELECT c.ancestor_id FROM public.places_containment c
                JOIN public.places_place p ON p.id = c.ancestor_id
                WHERE c.descendant_id = u.place AND p.kind = 'authority' ORDER BY c.depth LIMIT 1)) AS authority
        FROM unnest(actors, actions, types, ids, places, authorities, personals, payloads)
            WITH ORDINALITY AS u (actor, action, kind, subject, place, authority, personal, payload, n)
        WHERE within = 0 OR NOT EXISTS (
            SELECT FROM public.audit_auditevent a
            WHERE a.subject_type = u.kind AND a.subject_id = u.subject AND a.actor_id = u.actor
            AND a.action = u.action AND a.at > transaction_timestamp() - make_interval(mins => within))
        ORDER BY u.n
    ) e
    RETURNING audit_auditevent.id;
    IF FOUND THEN
        PERFORM set_config('maarag.entry', tx || ':' || currval('public.audit_auditevent_id_seq'), true);
    END IF;
END $$;

-- Appends one event, as nearly all are: the same as audit_record for one, in half of its time. NULL where it is
-- left out.
CREATE OR REPLACE FUNCTION public.audit_record_one(
    actor bigint, action text, kind text, subject text, place bigint, authority bigint, personal boolean,
    payload text, within integer DEFAULT 0
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    tx bigint := pg_current_xact_id()::text::bigint;
    event bigint;
    changes jsonb := payload;
    salt uuid := CASE WHEN personal THEN gen_random_uuid() END;
    noted text;
BEGIN
    IF within > 0 THEN
        PERFORM FROM public.audit_auditevent a
        WHERE a.subject_type = kind AND a.subject_id = subject AND a.actor_id = actor
        AND a.action = audit_record_one.action AND a.at > transaction_timestamp() - make_interval(mins => within);
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    IF authority IS NULL AND place IS NOT NULL THEN
        authority := (
            SELECT c.ancestor_id FROM public.places_containment c JOIN public.places_place p ON p.id = c.ancestor_id
            WHERE c.descendant_id = place AND p.kind = 'authority' ORDER BY c.depth LIMIT 1);
    END IF;
    event := nextval('public.audit_auditevent_id_seq');
    INSERT INTO public.audit_auditevent (id, at, actor_id, action, subject_type, subject_id, place_id,
        authority_id, personal, changes, transaction, salt, digest)
    VALUES (event, transaction_timestamp(), actor, action, kind, subject, place, authority,
        personal, changes, tx, salt,
        public.audit_event_digest(event, transaction_timestamp(), tx, authority, personal, actor, action, kind,
            subject, place, encode(public.audit_hash(coalesce(salt::text, '') || changes::text), 'hex')));
    noted := set_config('maarag.entry', tx || ':' || event, true);
    RETURN event;
END $$;

-- Appends what a statement did to at most a thousand rows.
CREATE OR REPLACE FUNCTION public.audit_append(
    of_table text, operation text, personal boolean, authority bigint, row_ids text[], changes text[], payload text
) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entry bigint := nextval('public.audit_auditevent_id_seq');
    tx bigint := pg_current_xact_id()::text::bigint;
    account bigint := nullif(current_setting('maarag.account', true), '')::bigint;
    -- set by an expression, which is cheaper than by a query
    noted text := set_config('maarag.entry', tx || ':' || entry, true);
BEGIN
    INSERT INTO public.audit_rowchange (id, at, transaction, authority_id, personal, account, login, of_table,
        operation, row_ids, changes, digest)
    VALUES (entry, transaction_timestamp(), tx, authority, personal, account, session_user, of_table, operation,
        row_ids, changes,
        sha256(convert_to(json_build_array('change', entry, public.audit_moment(transaction_timestamp()), tx,
            authority, personal, account, session_user, of_table, operation, array_to_json(row_ids)::text,
            CASE WHEN cardinality(changes) = 0 THEN '' ELSE encode(public.audit_hash(payload), 'hex') END
        )::text, 'UTF8')));
END $$;

-- Seals what the transaction appended: at commit, by the trigger of its newest entry, after its foreign keys are
-- checked. The heads are taken in the order of the chains and held for the commit alone.
CREATE OR REPLACE FUNCTION public.audit_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    tx bigint := pg_current_xact_id()::text::bigint;
    noted text := current_setting('maarag.entry', true);
    sealed text := current_setting('maarag.sealed', true);
    done bigint := 0;
    newest bigint := 0;
    moment timestamptz := clock_timestamp();
    part record;
    head record;
    counted text[] := '{}';
BEGIN
    -- A newer entry follows, whose trigger seals this one too. (Where constraints are immediate none is noted yet.)
    IF split_part(noted, ':', 1) = tx::text AND split_part(noted, ':', 2)::bigint > NEW.id THEN
        RETURN NULL;
    END IF;
    IF split_part(sealed, ':', 1) = tx::text THEN
        done := split_part(sealed, ':', 2)::bigint;
        IF done >= NEW.id THEN
            RETURN NULL;
        END IF;
    END IF;
    FOR part IN
        SELECT coalesce(e.authority_id, 0) AS chain, count(*) AS n, min(e.id) AS first, max(e.id) AS last,
            sha256(string_agg(e.digest, ''::bytea ORDER BY e.id)) AS digest,
            NOT bool_or(bool_or(e.acted)) OVER () AS outside,
            coalesce(bool_or(NOT e.personal) FILTER (WHERE e.of_table IS NULL), false) AS told,
            array_agg(DISTINCT e.of_table) FILTER (WHERE NOT e.personal AND e.of_table IS NOT NULL) AS counted
        FROM (
            SELECT a.id, a.authority_id, a.digest, a.personal, NULL AS of_table, true AS acted
            FROM public.audit_auditevent a
            WHERE a.transaction = tx AND a.at = transaction_timestamp() AND a.id > done
            UNION ALL
            SELECT c.id, c.authority_id, c.digest, c.personal, c.of_table, c.operation = 'F'
            FROM public.audit_rowchange c
            WHERE c.transaction = tx AND c.at = transaction_timestamp() AND c.id > done
        ) e
        GROUP BY coalesce(e.authority_id, 0) ORDER BY 1
    LOOP
        LOOP
            UPDATE public.audit_chainhead h SET
                number = h.number + 1, entries = h.entries + part.n, previous = h.hash,
                hash = sha256(convert_to(json_build_array('seal', h.chain, h.number + 1,
                    public.audit_moment(moment), tx, part.first, part.last, part.n, encode(part.digest, 'hex'),
                    encode(h.hash, 'hex'))::text, 'UTF8'))
            WHERE h.chain = part.chain RETURNING h.number, h.previous, h.hash INTO head;
            EXIT WHEN FOUND;
            INSERT INTO public.audit_chainhead (chain, number, entries, previous, hash)
            VALUES (part.chain, 0, 0, ''::bytea, sha256(''::bytea)) ON CONFLICT (chain) DO NOTHING;
        END LOOP;
        INSERT INTO public.audit_seal (chain, number, at, transaction, first, last, count, digest, previous, hash,
            outside)
        VALUES (part.chain, head.number, moment, tx, part.first, part.last, part.n, part.digest, head.previous,
            head.hash, part.outside);
        newest := greatest(newest, part.last);
        counted := counted || part.counted;
        IF part.told THEN
            counted := array_append(counted, 'audit_auditevent');
        END IF;
    END LOOP;
    -- While the first migrations run it is not there yet.
    IF counted <> '{}' AND to_regclass('public.audit_changecount') IS NOT NULL THEN
        INSERT INTO public.audit_changecount AS n (of_table, number)
        SELECT DISTINCT u.of_table, newest FROM unnest(counted) AS u (of_table) ORDER BY u.of_table
        ON CONFLICT (of_table) DO UPDATE SET number = greatest(n.number + 1, excluded.number);
    END IF;
    sealed := set_config('maarag.sealed', tx || ':' || newest, true);
    RETURN NULL;
END $$;

-- Nothing of the record is changed, by anybody: except that a payload gives way to its digest.
CREATE OR REPLACE FUNCTION public.audit_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION public.audit_only_erase_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    expected public.audit_auditevent := OLD;
BEGIN
    expected.erased := public.audit_hash(coalesce(OLD.salt::text, '') || OLD.changes::text);
    expected.changes := '{}';
    expected.salt := NULL;
    IF OLD.erased IS NOT NULL OR NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION public.audit_only_erase_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    expected public.audit_rowchange := OLD;
BEGIN
    expected.changes := ARRAY(
        SELECT CASE WHEN n LIKE 'erased:%' AND o NOT LIKE 'erased:%'
            THEN 'erased:' || encode(public.audit_hash(o), 'hex') ELSE o END
        FROM unnest(OLD.changes, NEW.changes) WITH ORDINALITY AS u (o, n, i) ORDER BY i);
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- Blanks what the record holds of some rows (`kinds` of records, their `tables`, their `ids`, in step), leaving
-- digests, and appends the event that says so. Gives the number of entries blanked. Refused as a whole where one
-- of them is of an authority outside the transaction's scope: the owner, as whom this works, is under no policy.
CREATE OR REPLACE FUNCTION public.audit_erase(actor bigint, kinds text[], tables text[], ids text[], reason text)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    scope bigint[] := nullif(current_setting('maarag.authorities', true), '');
    events bigint[];
    rows bigint[];
    chain record;
BEGIN
    WITH blanked AS (
        UPDATE public.audit_auditevent a SET changes = '{}', salt = NULL,
            erased = public.audit_hash(coalesce(a.salt::text, '') || a.changes::text)
        FROM unnest(kinds, ids) AS w (kind, id)
        WHERE a.subject_type = w.kind AND a.subject_id = w.id AND a.personal AND a.erased IS NULL
            AND a.action <> 'audit.erase'
        RETURNING a.id
    ) SELECT coalesce(array_agg(b.id ORDER BY b.id), '{}') INTO events FROM blanked b;
    WITH wanted AS (
        SELECT w.of_table, array_agg(w.id) AS ids FROM unnest(tables, ids) AS w (of_table, id) GROUP BY 1
    ), blanked AS (
        UPDATE public.audit_rowchange c SET changes = ARRAY(
            SELECT CASE WHEN u.id = ANY (w.ids) AND u.part NOT LIKE 'erased:%'
                THEN 'erased:' || encode(public.audit_hash(u.part), 'hex') ELSE u.part END
            FROM unnest(c.row_ids, c.changes) WITH ORDINALITY AS u (id, part, i) ORDER BY i)
        FROM wanted w
        WHERE c.personal AND c.of_table = w.of_table AND c.row_ids && w.ids AND cardinality(c.changes) > 0
        RETURNING c.id
    ) SELECT coalesce(array_agg(b.id ORDER BY b.id), '{}') INTO rows FROM blanked b;
    FOR chain IN
        SELECT e.authority_id, array_agg(e.id) FILTER (WHERE e.event) AS events,
            array_agg(e.id) FILTER (WHERE NOT e.event) AS changes
        FROM (
            SELECT a.id, a.authority_id, true AS event FROM public.audit_auditevent a WHERE a.id = ANY (events)
            UNION ALL
            SELECT c.id, c.authority_id, false FROM public.audit_rowchange c WHERE c.id = ANY (rows)
        ) e GROUP BY e.authority_id
    LOOP
        IF (chain.authority_id = ANY (scope)) IS NOT TRUE THEN
            RAISE EXCEPTION 'entries of an authority outside the scope are not erased'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        PERFORM public.audit_record(ARRAY[actor], ARRAY['audit.erase'], ARRAY[kinds[1]], ARRAY[ids[1]],
            ARRAY[chain.authority_id], ARRAY[chain.authority_id], ARRAY[true], ARRAY[jsonb_build_object(
                'events', coalesce(chain.events, '{}'), 'rows', coalesce(chain.changes, '{}'), 'reason', reason)::text]);
    END LOOP;
    RETURN cardinality(events) + cardinality(rows);
END $$;

-- A number that no two states of these tables share, or of all that hold no people (NULL): or, before the commit
-- of what this transaction has written, its newest entry below zero.
CREATE OR REPLACE FUNCTION public.audit_newest_change(tables text[]) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF split_part(current_setting('maarag.entry', true), ':', 1) = pg_current_xact_id_if_assigned()::text THEN
        RETURN -split_part(current_setting('maarag.entry', true), ':', 2)::bigint;
    END IF;
    RETURN (SELECT coalesce(sum(number), 0)::bigint FROM public.audit_changecount
        WHERE tables IS NULL OR of_table = ANY (tables));
END $$;
