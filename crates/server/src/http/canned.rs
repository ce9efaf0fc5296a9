//! The built-in canned replies in every language of the customer's side; `{name}`, `{agent}` and `{brand}` are filled in by the console.
//! Must not know who says them.

use crate::texts::LOCALES;
use wire::api::agents::CannedReply;

/// Key, and the text in the order of [`LOCALES`].
const REPLIES: [(&str, [&str; 9]); 5] = [
    (
        "hello",
        [
            "Hello {name}, I am {agent} from {brand}. I will help you finish.",
            "Halo {name}, saya {agent} dari {brand}. Saya akan membantu Anda menyelesaikannya.",
            "สวัสดี {name} ฉันชื่อ {agent} จาก {brand} จะช่วยคุณดำเนินการให้เสร็จ",
            "Kumusta {name}, ako si {agent} mula sa {brand}. Tutulungan kitang matapos ito.",
            "Xin chào {name}, tôi là {agent} từ {brand}. Tôi sẽ giúp bạn hoàn tất.",
            "Helo {name}, saya {agent} dari {brand}. Saya akan bantu anda menyelesaikannya.",
            "{name}您好，我是{brand}的{agent}，我来帮您完成核实。",
            "नमस्ते {name}, मैं {brand} से {agent} हूँ। मैं इसे पूरा करने में आपकी मदद करूँगा।",
            "வணக்கம் {name}, நான் {brand} இலிருந்து {agent}. இதை முடிக்க உங்களுக்கு உதவுகிறேன்.",
        ],
    ),
    (
        "glare",
        [
            "Please tilt your document a little so that the reflection goes away.",
            "Mohon miringkan dokumen Anda sedikit agar pantulannya hilang.",
            "กรุณาเอียงเอกสารเล็กน้อยเพื่อให้แสงสะท้อนหายไป",
            "Pakitagilid nang kaunti ang iyong dokumento para mawala ang silaw.",
            "Vui lòng nghiêng giấy tờ một chút để hết bị lóa.",
            "Sila condongkan dokumen anda sedikit supaya pantulan hilang.",
            "请稍微倾斜证件，避开反光。",
            "कृपया अपने दस्तावेज़ को थोड़ा तिरछा करें ताकि चमक हट जाए।",
            "பிரதிபலிப்பு மறைய உங்கள் ஆவணத்தைச் சற்று சாய்த்துப் பிடிக்கவும்.",
        ],
    ),
    (
        "light",
        [
            "It is a bit dark. Can you move to a brighter place?",
            "Agak gelap. Bisakah Anda pindah ke tempat yang lebih terang?",
            "ภาพมืดไปเล็กน้อย ช่วยย้ายไปที่สว่างกว่านี้ได้ไหม",
            "Medyo madilim. Maaari ka bang lumipat sa mas maliwanag na lugar?",
            "Hơi tối. Bạn có thể chuyển sang chỗ sáng hơn không?",
            "Agak gelap. Bolehkah anda beralih ke tempat yang lebih terang?",
            "光线有点暗，您能换到亮一点的地方吗？",
            "थोड़ा अँधेरा है। क्या आप किसी उजली जगह पर जा सकते हैं?",
            "சற்று இருட்டாக உள்ளது. வெளிச்சமான இடத்திற்கு வர முடியுமா?",
        ],
    ),
    (
        "moment",
        [
            "One moment please, I am checking your details.",
            "Mohon tunggu sebentar, saya sedang memeriksa data Anda.",
            "กรุณารอสักครู่ กำลังตรวจสอบข้อมูลของคุณ",
            "Sandali lang po, sinusuri ko ang iyong mga detalye.",
            "Xin chờ một chút, tôi đang kiểm tra thông tin của bạn.",
            "Sebentar ya, saya sedang menyemak butiran anda.",
            "请稍等，我正在核对您的信息。",
            "कृपया एक क्षण रुकें, मैं आपका विवरण जाँच रहा हूँ।",
            "ஒரு நிமிடம், உங்கள் விவரங்களைச் சரிபார்க்கிறேன்.",
        ],
    ),
    (
        "thanks",
        [
            "Thank you {name}, that is all I need. Have a good day!",
            "Terima kasih {name}, itu saja yang saya perlukan. Semoga hari Anda menyenangkan!",
            "ขอบคุณ {name} เท่านี้ครบถ้วนแล้ว ขอให้เป็นวันที่ดี",
            "Salamat {name}, iyon lang ang kailangan ko. Magandang araw!",
            "Cảm ơn {name}, như vậy là đủ rồi. Chúc bạn một ngày tốt lành!",
            "Terima kasih {name}, itu sahaja yang saya perlukan. Semoga hari anda baik!",
            "谢谢{name}，这样就可以了。祝您愉快！",
            "धन्यवाद {name}, मुझे बस इतना ही चाहिए था। आपका दिन शुभ हो!",
            "நன்றி {name}, எனக்குத் தேவையானது அவ்வளவுதான். இனிய நாளாகட்டும்!",
        ],
    ),
];

/// Every built-in reply.
#[must_use]
pub fn replies() -> Vec<CannedReply> {
    let texts = |said: &[&str; 9]| LOCALES.iter().zip(said).map(|(l, s)| ((*l).to_owned(), (*s).to_owned())).collect();
    REPLIES.iter().map(|(key, said)| CannedReply { key: (*key).to_owned(), texts: texts(said) }).collect()
}
