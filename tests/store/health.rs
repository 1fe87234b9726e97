//! The health check while other work holds up the threads of the store.

use std::time::{Duration, Instant};

use calendar_server::app::{Condition, Health};
use calendar_server::store::Lane;

use crate::support::wait::wait_for;
use crate::test_store::TestStore;

/// More reads than there are reader threads.
const READS: usize = 16;

#[test]
fn a_health_check_waits_neither_for_other_reads_nor_for_the_writer() {
    let test = TestStore::new();
    let health = Health::default();
    let look = || {
        let asked = Instant::now();
        let seen = test.wait(health.look(&test.store));
        let took = asked.elapsed();
        assert!(took < Duration::from_secs(2), "a check took {took:?}");
        seen
    };
    wait_for("a first result", || {
        let Condition { read, write, .. } = look();
        (read && write).then_some(())
    });

    let (held, gate) = test.hold("held");
    let (reads, gates): (Vec<_>, Vec<_>) =
        (0..READS).map(|_| test.long_read(Lane::alone())).unzip();
    // Its own write waits behind the one that is held.
    wait_for("a check of the stalled store", || {
        let Condition { read, write, .. } = look();
        assert!(read && write, "the last result counts for now: {read} {write}");
        (test.store.activity().waiting() > 0).then_some(())
    });
    wait_for("the stall to be told", || {
        let Condition { read, write, .. } = look();
        assert!(read, "no other read holds it up");
        (!write).then_some(())
    });

    gate.open();
    drop(gates);
    test.wait(held).unwrap();
    for read in reads {
        test.wait(read).unwrap();
    }
    wait_for("its recovery", || look().write.then_some(()));
}
