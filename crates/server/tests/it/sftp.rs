//! Copies by SFTP to a real OpenSSH server on a free port, with keys of its own: what arrives is what was sent,
//! nothing is overwritten, and a server that is not the known one gets nothing.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use server::adapters::ids::random;
use server::adapters::sftp::Sftp;
use server::adapters::storage::{PIECE, Storage, StorageError, sha256};
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than a server takes to listen, on any machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// An account without rights, as root's tests run the server: `nobody` is locked where systemd answers for it.
const PLAIN: &str = "daemon";

struct Yard {
    path: PathBuf,
    port: u16,
    server: Child,
}

impl Drop for Yard {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn said(program: &str, args: &[&str]) -> String {
    let done = Command::new(program).args(args).output().unwrap();
    assert!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// The account the server runs as and lets in, and whether it is somebody else's than ours.
fn account() -> (String, bool) {
    let me = said("id", &["-un"]);
    if me == "root" { (PLAIN.to_owned(), true) } else { (me, false) }
}

fn key(path: &Path) -> String {
    said("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path.to_str().unwrap()]);
    fs::read_to_string(path.with_extension("pub")).unwrap()
}

/// The system's programs are not in every account's path.
fn sshd() -> Option<PathBuf> {
    ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"].map(PathBuf::from).into_iter().find(|path| path.is_file())
}

impl Yard {
    /// A server that listens; none on a machine without OpenSSH's, where the suite does not insist on it.
    fn lay() -> Option<Self> {
        let Some(program) = sshd() else {
            assert!(std::env::var("RECOURSE_REQUIRE_SSHD").is_err(), "RECOURSE_REQUIRE_SSHD is set, there is no sshd");
            eprintln!("skipped: there is no sshd; scripts/install-test-deps.sh installs it");
            return None;
        };
        let path = std::env::temp_dir().join(format!("recourse-it-{:032x}", u128::from_be_bytes(random())));
        for folder in ["", "there", "here", "scratch"] {
            fs::create_dir(path.join(folder)).unwrap();
        }
        let client = key(&path.join("here/key"));
        fs::write(path.join("there/authorized_keys"), client).unwrap();
        key(&path.join("there/host"));
        // Whoever asks for a free port gets another each time, so nobody else is likely to take this one.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let host = fs::read_to_string(path.join("there/host.pub")).unwrap();
        fs::write(path.join("here/known_hosts"), format!("[127.0.0.1]:{port} {host}")).unwrap();
        let there = path.join("there");
        let settings = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized_keys\nPidFile none\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             Subsystem sftp internal-sftp -d {0}\nForceCommand internal-sftp -d {0}\n",
            there.display()
        );
        fs::write(there.join("sshd_config"), settings).unwrap();
        let (user, other) = account();
        let mut command = if other {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            let number = |what| said("id", &[what, &user]).parse().unwrap();
            let (uid, gid) = (number("-u"), number("-g"));
            for entry in fs::read_dir(&there).unwrap() {
                chown(entry.unwrap().path(), Some(uid), Some(gid)).unwrap();
            }
            chown(&there, Some(uid), Some(gid)).unwrap();
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={uid}"), &format!("--regid={gid}"), "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        let log = fs::File::create(path.join("sshd.log")).unwrap();
        command.args(["-D", "-e", "-f"]).arg(there.join("sshd_config")).stdin(Stdio::null()).stderr(log);
        let mut yard = Self { path, port, server: command.spawn().unwrap() };
        yard.listens();
        Some(yard)
    }

    fn listens(&mut self) {
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            let ended = self.server.try_wait().unwrap();
            assert!(ended.is_none() && began.elapsed() < PATIENCE, "sshd: {ended:?}\n{}", self.log());
            std::thread::yield_now();
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path.join("sshd.log")).unwrap_or_default()
    }

    fn storage(&self) -> Sftp {
        Sftp {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            user: account().0,
            key_file: self.path.join("here/key"),
            known_hosts: self.path.join("here/known_hosts"),
            scratch: self.path.join("scratch"),
            program: PathBuf::from("sftp"),
        }
    }

    fn there(&self, name: &str) -> PathBuf {
        self.path.join("there").join(name)
    }

    /// What lies there beside the server's own files.
    fn arrived(&self) -> usize {
        fs::read_dir(self.path.join("there")).unwrap().count() - 4
    }
}

/// As sealed bytes look: no two alike, and none that a text mode would leave alone.
fn sealed(length: u64) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_ssh_server_holds_what_was_sent_once_and_nothing_is_overwritten() {
    let Some(yard) = Yard::lay() else { return };
    let (storage, name) = (yard.storage(), "recourse/tnt_1/case_1/ses_1/0000.00000");
    // The longest piece of a recording.
    let bytes = sealed(PIECE);
    let put = storage.put_new(name, bytes.clone()).await;
    assert_eq!(put, Ok(()), "{}", yard.log());
    assert_eq!(sha256(&fs::read(yard.there(name)).unwrap()), sha256(&bytes));
    assert_eq!(storage.put_new(name, bytes.clone()).await, Ok(()), "a repeat finds it there");
    let folder = yard.there(name).parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing stays of what passed through");

    assert_eq!(storage.put_new(name, b"another".to_vec()).await, Err(StorageError::Differs(name.to_owned())));
    let mut damaged = bytes.clone();
    damaged[1_000_000] ^= 1;
    fs::write(yard.there(name), &damaged).unwrap();
    assert_eq!(storage.put_new(name, bytes).await, Err(StorageError::Differs(name.to_owned())), "one bit is enough");
    assert_eq!(sha256(&fs::read(yard.there(name)).unwrap()), sha256(&damaged), "and it is left as it was found");
    assert_eq!(fs::read_dir(yard.path.join("scratch")).unwrap().count(), 0, "nothing stays here either");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_create_the_same_name_at_once_one_wins_and_both_learn_what_is_there() {
    let Some(yard) = Yard::lay() else { return };
    let (one, two) = (yard.storage(), yard.storage());
    let (first, second) = tokio::join!(one.put_new("a/b", vec![1; 70_000]), two.put_new("a/b", vec![2; 70_000]));
    let there = fs::read(yard.there("a/b")).unwrap();
    assert!(there == vec![1; 70_000] || there == vec![2; 70_000]);
    let differs = Err(StorageError::Differs("a/b".to_owned()));
    let wanted = if there[0] == 1 { (Ok(()), differs) } else { (differs, Ok(())) };
    assert_eq!((first, second), wanted, "{}", yard.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_another_key_an_unknown_one_and_one_that_does_not_know_us_get_nothing_and_it_is_said_why() {
    let Some(yard) = Yard::lay() else { return };
    let refused = async |storage: Sftp, why: &str| {
        let Err(StorageError::Unavailable(told)) = storage.put_new("x/y", b"sealed".to_vec()).await else { panic!("{why}: it was sent") };
        assert!(told.contains(why), "{told:?} does not say {why}");
    };
    let other = key(&yard.path.join("here/other"));
    let (changed, empty) = (yard.path.join("here/changed"), yard.path.join("here/empty"));
    fs::write(&changed, format!("[127.0.0.1]:{} {other}", yard.port)).unwrap();
    fs::write(&empty, "").unwrap();
    refused(Sftp { known_hosts: changed, ..yard.storage() }, "has changed and you have requested strict checking").await;
    refused(Sftp { known_hosts: empty.clone(), ..yard.storage() }, "host key is known for").await;
    assert!(fs::read_to_string(&empty).unwrap().is_empty(), "an unknown server is not taken up");
    refused(Sftp { key_file: yard.path.join("here/other"), ..yard.storage() }, "Permission denied").await;
    assert_eq!(yard.arrived(), 0);
    assert_eq!(yard.storage().put_new("x/y", b"sealed".to_vec()).await, Ok(()), "{}", yard.log());
}
