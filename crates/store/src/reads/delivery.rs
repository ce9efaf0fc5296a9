//! Reading the outbox.
//! Must not know how anything is sent.

use super::cut;
use crate::StoreError;
use crate::rows::{Channel, ClaimedDelivery, CopyLag, DeliveryFilter, DeliveryRow, DeliveryState, DeliveryStatus, Lease};
use crate::value::{Arg, Columns, Query, Read, Record, args};
use domain::ids::{CaseId, DeliveryId, TenantId};

/// The columns both a status and a claim begin with.
pub(crate) const COLUMNS: &str = "id, tenant, case_id, seq, channel, endpoint, event, payload, created_at, next_at, attempts";
const MORE: &str = "state, last_status, last_error, settled_at";

fn delivery_row(c: &mut Columns) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        id: c.id("id")?,
        tenant: c.id("tenant")?,
        case: c.maybe_id("case_id")?,
        seq: c.int("seq")?,
        channel: {
            let word = c.text("channel")?;
            Channel::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| c.corrupt("channel", "unknown"))?
        },
        endpoint: c.maybe_id("endpoint")?,
        event: c.text("event")?,
        payload: c.blob("payload")?,
        created_at: c.time("created_at")?,
        next_at: c.time("next_at")?,
    })
}

/// What `plan::claim` gives back.
pub(crate) fn claimed(record: Record) -> Result<ClaimedDelivery, StoreError> {
    let mut c = record.columns("deliveries");
    Ok(ClaimedDelivery { row: delivery_row(&mut c)?, attempts: c.int("attempts")?, lease: Lease(c.int("claims")?) })
}

fn status(record: Record) -> Result<DeliveryStatus, StoreError> {
    let mut c = record.columns("deliveries");
    let row = delivery_row(&mut c)?;
    let attempts = c.int("attempts")?;
    let word = c.text("state")?;
    let state = DeliveryState::ALL.into_iter().find(|known| known.as_str() == word);
    Ok(DeliveryStatus {
        row,
        state: state.ok_or_else(|| c.corrupt("state", "unknown"))?,
        attempts,
        last_status: c.maybe_int("last_status")?,
        last_error: c.maybe_text("last_error")?,
        settled_at: c.maybe_time("settled_at")?,
    })
}

pub(crate) fn by_id(tenant: TenantId, id: DeliveryId) -> Read<DeliveryStatus> {
    let sql = format!("SELECT {COLUMNS}, {MORE} FROM deliveries WHERE id = $2 AND tenant = $1");
    Read { query: Query::rows(sql, args![tenant, id]), decode: status }
}

pub(crate) fn of_case(case: CaseId, limit: u32) -> Read<DeliveryStatus> {
    let sql = format!("SELECT {COLUMNS}, {MORE} FROM deliveries WHERE case_id = $1 ORDER BY seq, ord LIMIT $2");
    Read { query: Query::rows(sql, args![case, cut(limit)]), decode: status }
}

pub(crate) fn recent(tenant: TenantId, filter: DeliveryFilter, limit: u32) -> Read<DeliveryStatus> {
    let mut sql = format!("SELECT {COLUMNS}, {MORE} FROM deliveries WHERE tenant = $1");
    let mut args = args![tenant];
    let conditions = [
        ("state", filter.state.map(|state| Arg::from(state.as_str()))),
        ("channel", filter.channel.map(|channel| Arg::from(channel.as_str()))),
        ("endpoint", filter.endpoint.map(Arg::from)),
    ];
    for (column, arg) in conditions {
        if let Some(arg) = arg {
            args.push(arg);
            sql.push_str(&format!(" AND {column} = ${}", args.len()));
        }
    }
    args.push(Arg::from(cut(limit)));
    sql.push_str(&format!(" ORDER BY ord DESC LIMIT ${}", args.len()));
    Read { query: Query::rows(sql, args), decode: status }
}

fn lag(record: Record) -> Result<CopyLag, StoreError> {
    let mut c = record.columns("deliveries");
    Ok(CopyLag { waiting: c.count("waiting")?, oldest: c.maybe_time("oldest")?, dead: c.count("dead")? })
}

/// Of a tenant, or of all.
pub(crate) fn copy_lag(tenant: Option<TenantId>) -> Read<CopyLag> {
    let mut sql = "SELECT COUNT(CASE WHEN state = 'pending' THEN 1 END), MIN(CASE WHEN state = 'pending' THEN created_at END), \
        COUNT(CASE WHEN state = 'dead' THEN 1 END) FROM deliveries WHERE channel IN ('s3', 'sftp') AND state <> 'delivered' \
        AND length(payload) > 0"
        .to_owned();
    let args = tenant.map_or_else(Vec::new, |tenant| {
        sql.push_str(" AND tenant = $1");
        args![tenant]
    });
    Read { query: Query::rows(sql, args), decode: lag }
}
