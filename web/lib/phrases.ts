// Words that a customer reads aloud, the same things in the same order in every language: the server names them by
// index. Short, common, and told apart by ear. Knows no page.

const LISTS: Readonly<Record<string, string>> = {
  en: "river,table,sun,bread,window,garden,moon,paper,tree,shoe,star,door,milk,chair,bird,cloud,rice,hand,rain,bridge,lamp,stone,fish,flower,clock,house,mountain,boat,leaf,sugar,road,bag",
  id: "sungai,meja,matahari,roti,jendela,kebun,bulan,kertas,pohon,sepatu,bintang,pintu,susu,kursi,burung,awan,nasi,tangan,hujan,jembatan,lampu,batu,ikan,bunga,jam,rumah,gunung,perahu,daun,gula,jalan,tas",
  ms: "sungai,meja,matahari,roti,tingkap,kebun,bulan,kertas,pokok,kasut,bintang,pintu,susu,kerusi,burung,awan,nasi,tangan,hujan,jambatan,lampu,batu,ikan,bunga,jam,rumah,gunung,perahu,daun,gula,jalan,beg",
  fil: "ilog,mesa,araw,tinapay,bintana,hardin,buwan,papel,puno,sapatos,bituin,pinto,gatas,upuan,ibon,ulap,kanin,kamay,ulan,tulay,ilaw,bato,isda,bulaklak,orasan,bahay,bundok,bangka,dahon,asukal,daan,supot",
  vi: "sông,bàn,mặt trời,bánh mì,cửa sổ,vườn,mặt trăng,giấy,cây,giày,ngôi sao,cánh cửa,sữa,ghế,chim,mây,cơm,tay,mưa,cầu,đèn,đá,cá,hoa,đồng hồ,nhà,núi,thuyền,lá,muối,con đường,túi",
  th: "แม่น้ำ,โต๊ะ,ดวงอาทิตย์,ขนมปัง,หน้าต่าง,สวน,ดวงจันทร์,กระดาษ,ต้นไม้,รองเท้า,ดาว,ประตู,นม,เก้าอี้,นก,เมฆ,ข้าว,มือ,ฝน,สะพาน,โคมไฟ,หิน,ปลา,ดอกไม้,นาฬิกา,บ้าน,ภูเขา,เรือ,ใบไม้,น้ำตาล,ถนน,กระเป๋า",
  "zh-Hans": "河流,桌子,太阳,面包,窗户,花园,月亮,纸张,大树,鞋子,星星,大门,牛奶,椅子,小鸟,白云,米饭,手掌,下雨,大桥,台灯,石头,小鱼,鲜花,时钟,房子,高山,小船,树叶,白糖,马路,书包",
  hi: "नदी,मेज़,सूरज,रोटी,खिड़की,बगीचा,चाँद,काग़ज़,पेड़,जूता,तारा,दरवाज़ा,दूध,कुर्सी,पक्षी,बादल,चावल,हाथ,बारिश,पुल,दीपक,पत्थर,मछली,फूल,घड़ी,घर,पहाड़,नाव,पत्ता,चीनी,सड़क,थैला",
  ta: "நதி,மேசை,சூரியன்,ரொட்டி,சன்னல்,தோட்டம்,நிலா,காகிதம்,மரம்,காலணி,நட்சத்திரம்,கதவு,பால்,நாற்காலி,பறவை,மேகம்,சோறு,கை,மழை,பாலம்,விளக்கு,கல்,மீன்,பூ,கடிகாரம்,வீடு,மலை,படகு,இலை,சர்க்கரை,சாலை,பை",
};

/** The words of one language; English where there is no list. */
export function wordsOf(locale: string): readonly string[] {
  return (LISTS[locale] ?? LISTS["en"] ?? "").split(",");
}

/** A phrase as it is read in this language. */
export function phrase(words: readonly number[], locale: string): string[] {
  const all = wordsOf(locale);
  return words.map((at) => all[at] ?? "").filter(Boolean);
}
