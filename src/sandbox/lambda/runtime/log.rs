//! What an instance prints, on stdout and stderr, in one stream: taken as it comes, so that the program never waits for
//! its reader, and of each invocation the end is kept.

use rustix::io::ioctl_fionread;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::unix::pipe::Receiver;
use tokio::task::JoinHandle;

/// As much as Lambda gives of a log.
const KEPT: usize = 4096;
/// Between two looks at whether all has been read, and so many at most.
const PAUSE: Duration = Duration::from_millis(1);
const LOOKS: usize = 100;

pub struct Log {
    kept: Arc<Mutex<Vec<u8>>>,
    /// The pipe once more, to see what is left in it.
    pipe: OwnedFd,
    reader: JoinHandle<()>,
}

impl Drop for Log {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Log {
    /// Both ends: the other is the program's.
    pub fn open() -> io::Result<(Self, PipeWriter)> {
        let (reader, writer): (PipeReader, PipeWriter) = io::pipe()?;
        let reader = OwnedFd::from(reader);
        let pipe = reader.try_clone()?;
        let receiver = Receiver::from_owned_fd(reader)?;
        let kept = Arc::new(Mutex::new(Vec::new()));
        let reader = tokio::spawn(read(receiver, Arc::clone(&kept)));
        Ok((Log { kept, pipe, reader }, writer))
    }

    /// Begins anew.
    pub fn clear(&self) {
        lock(&self.kept).clear();
    }

    /// What has been printed by now.
    pub async fn text(&self) -> String {
        for _ in 0..LOOKS {
            if ioctl_fionread(&self.pipe).is_ok_and(|left| left > 0) {
                tokio::time::sleep(PAUSE).await;
            } else {
                break;
            }
        }
        String::from_utf8_lossy(&lock(&self.kept)).into_owned()
    }
}

async fn read(receiver: Receiver, kept: Arc<Mutex<Vec<u8>>>) {
    let mut chunk = [0; 4096];
    while receiver.readable().await.is_ok() {
        let mut kept = lock(&kept);
        match receiver.try_read(&mut chunk) {
            Ok(0) => return,
            Ok(read) => {
                kept.extend_from_slice(chunk.get(..read).unwrap_or_default());
                let surplus = kept.len().saturating_sub(KEPT);
                kept.drain(..surplus);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

fn lock(kept: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
