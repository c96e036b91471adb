//! Connections that are used again: a few at a time, each given back only when it is surely idle.
//!
//! What a connection is, how it is made and how it is set up is the executor's business.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Fault;

/// Connections to one store.
#[derive(Debug)]
pub struct Pool<C> {
    idle: Arc<Mutex<Vec<C>>>,
    permits: Arc<Semaphore>,
}

/// A connection for one statement. Dropping it closes the connection, unless it was kept.
#[derive(Debug)]
pub struct Lease<C> {
    connection: C,
    idle: Arc<Mutex<Vec<C>>>,
    _permit: OwnedSemaphorePermit,
}

impl<C> Pool<C> {
    /// A pool of at most `connections_max` connections, all of them still to be made.
    pub fn new(connections_max: usize) -> Self {
        let permits = Arc::new(Semaphore::new(connections_max));
        Self { idle: Arc::new(Mutex::new(Vec::new())), permits }
    }

    /// An idle connection for which `is_usable` holds, or a new one from `connect`. Waits while all are in use.
    ///
    /// # Errors
    ///
    /// What `connect` says.
    pub async fn take<F>(
        &self,
        is_usable: impl Fn(&C) -> bool,
        connect: F,
    ) -> Result<Lease<C>, Fault>
    where
        F: AsyncFnOnce() -> Result<C, Fault>,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| Fault::Unreachable { detail: "closed".to_owned() })?;
        let used = loop {
            let candidate = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match candidate {
                Some(connection) if is_usable(&connection) => break Some(connection),
                Some(_) => {}
                None => break None,
            }
        };
        let connection = match used {
            Some(connection) => connection,
            None => connect().await?,
        };
        Ok(Lease { connection, idle: Arc::clone(&self.idle), _permit: permit })
    }
}

impl<C> Lease<C> {
    /// The connection.
    pub const fn connection(&mut self) -> &mut C {
        &mut self.connection
    }

    /// Gives the connection back: nothing runs on it any more.
    pub fn keep(self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(self.connection);
    }
}
